import Type from 'typebox';
import {
  changeSiteCompatibility,
  getSiteCompatibility,
  previewSiteCompatibility,
} from '../../operations/setup/compatibility.ts';
import {
  addDoor,
  addResources,
  addSpace,
  addTariff,
  changeDoor,
  changeResource,
  changeSpace,
  changeTariff,
  removeDoor,
  removeResource,
  removeSpace,
  removeTariff,
} from '../../operations/setup/furnish.ts';
import { getSiteSetup } from '../../operations/setup/site-setup.ts';
import { changeSite } from '../../operations/setup/sites.ts';
import { mutate, query } from '../../plugins/unit-of-work.ts';
import type { Api } from '../routes.ts';
import { Id, refusals, Slug } from '../schemas.ts';
import {
  Consequences,
  DoorSettings,
  NewResource,
  ResourceChange,
  SettingView,
  SiteChange,
  SiteSetupView,
  SpaceChange,
  SpaceSettingChange,
  SpaceSettings,
  TariffSettings,
} from './schemas.ts';

const ofSite = Type.Object({ slug: Slug });
const ofThing = Type.Object({ slug: Slug, id: Id });

/** What those who run a site set up there: what it says of itself, spaces, resources, tariffs, doors, who may meet whom. */
export async function siteSetupRoutes(app: Api) {
  app.get(
    '/host/sites/:slug/setup',
    {
      config: { action: 'site.observe' },
      schema: {
        operationId: 'getSiteSetup',
        tags: ['setup'],
        summary: 'Everything that a place has, and how far its setting up has come',
        params: ofSite,
        response: { 200: SiteSetupView, ...refusals },
      },
    },
    async (request) => query(request, (context) => getSiteSetup(context, request.params.slug)),
  );

  app.patch(
    '/host/sites/:slug',
    {
      config: { action: 'site.configure' },
      schema: {
        operationId: 'changeSite',
        tags: ['setup'],
        summary: 'Change what a place says of itself, and whether search finds it',
        params: ofSite,
        body: SiteChange,
        response: { 200: SiteSetupView, ...refusals },
      },
    },
    async (request, reply) =>
      mutate(
        request,
        reply,
        (context) => changeSite(context, request.params.slug, request.body),
        (body) => ({ status: 200, body }),
      ),
  );

  app.post(
    '/host/sites/:slug/spaces',
    {
      config: { action: 'site.configure' },
      schema: {
        operationId: 'addSpace',
        tags: ['setup'],
        summary: 'Add a space',
        params: ofSite,
        body: SpaceSettings,
        response: { 201: SiteSetupView, ...refusals },
      },
    },
    async (request, reply) =>
      mutate(
        request,
        reply,
        (context) => addSpace(context, request.params.slug, request.body),
        (body) => ({ status: 201, body }),
      ),
  );

  app.patch(
    '/host/sites/:slug/spaces/:id',
    {
      config: { action: 'site.configure' },
      schema: {
        operationId: 'changeSpace',
        tags: ['setup'],
        summary: 'Change a space',
        params: ofThing,
        body: SpaceChange,
        response: { 200: SiteSetupView, ...refusals },
      },
    },
    async (request, reply) =>
      mutate(
        request,
        reply,
        (context) => changeSpace(context, request.params.slug, request.params.id, request.body),
        (body) => ({ status: 200, body }),
      ),
  );

  app.delete(
    '/host/sites/:slug/spaces/:id',
    {
      config: { action: 'site.configure' },
      schema: {
        operationId: 'removeSpace',
        tags: ['setup'],
        summary: 'Delete a space, or take it out of use where something refers to it',
        params: ofThing,
        response: { 200: SiteSetupView, ...refusals },
      },
    },
    async (request, reply) =>
      mutate(
        request,
        reply,
        (context) => removeSpace(context, request.params.slug, request.params.id),
        (body) => ({ status: 200, body }),
      ),
  );

  app.post(
    '/host/sites/:slug/resources',
    {
      config: { action: 'site.configure' },
      schema: {
        operationId: 'addResources',
        tags: ['setup'],
        summary: 'Add what is booked in a space, one or several',
        params: ofSite,
        body: NewResource,
        response: { 201: SiteSetupView, ...refusals },
      },
    },
    async (request, reply) =>
      mutate(
        request,
        reply,
        (context) => addResources(context, request.params.slug, { count: 1, ...request.body }),
        (body) => ({ status: 201, body }),
      ),
  );

  app.patch(
    '/host/sites/:slug/resources/:id',
    {
      config: { action: 'site.configure' },
      schema: {
        operationId: 'changeResource',
        tags: ['setup'],
        summary: 'Change a resource',
        params: ofThing,
        body: ResourceChange,
        response: { 200: SiteSetupView, ...refusals },
      },
    },
    async (request, reply) =>
      mutate(
        request,
        reply,
        (context) => changeResource(context, request.params.slug, request.params.id, request.body),
        (body) => ({ status: 200, body }),
      ),
  );

  app.delete(
    '/host/sites/:slug/resources/:id',
    {
      config: { action: 'site.configure' },
      schema: {
        operationId: 'removeResource',
        tags: ['setup'],
        summary: 'Delete a resource that was never booked, or stop offering it',
        params: ofThing,
        response: { 200: SiteSetupView, ...refusals },
      },
    },
    async (request, reply) =>
      mutate(
        request,
        reply,
        (context) => removeResource(context, request.params.slug, request.params.id),
        (body) => ({ status: 200, body }),
      ),
  );

  app.post(
    '/host/sites/:slug/tariffs',
    {
      config: { action: 'site.configure' },
      schema: {
        operationId: 'addTariff',
        tags: ['setup'],
        summary: 'Add a tariff to the structure of the place',
        params: ofSite,
        body: TariffSettings,
        response: { 201: SiteSetupView, ...refusals },
      },
    },
    async (request, reply) =>
      mutate(
        request,
        reply,
        (context) => addTariff(context, request.params.slug, request.body),
        (body) => ({ status: 201, body }),
      ),
  );

  app.put(
    '/host/sites/:slug/tariffs/:id',
    {
      config: { action: 'site.configure' },
      schema: {
        operationId: 'changeTariff',
        tags: ['setup'],
        summary: 'Change a tariff; bookings keep their price',
        params: ofThing,
        body: TariffSettings,
        response: { 200: SiteSetupView, ...refusals },
      },
    },
    async (request, reply) =>
      mutate(
        request,
        reply,
        (context) => changeTariff(context, request.params.slug, request.params.id, request.body),
        (body) => ({ status: 200, body }),
      ),
  );

  app.delete(
    '/host/sites/:slug/tariffs/:id',
    {
      config: { action: 'site.configure' },
      schema: {
        operationId: 'removeTariff',
        tags: ['setup'],
        summary: 'Delete a tariff, or take it out of use',
        params: ofThing,
        response: { 200: SiteSetupView, ...refusals },
      },
    },
    async (request, reply) =>
      mutate(
        request,
        reply,
        (context) => removeTariff(context, request.params.slug, request.params.id),
        (body) => ({ status: 200, body }),
      ),
  );

  app.post(
    '/host/sites/:slug/doors',
    {
      config: { action: 'site.configure' },
      schema: {
        operationId: 'addDoor',
        tags: ['setup'],
        summary: 'Add a door',
        params: ofSite,
        body: DoorSettings,
        response: { 201: SiteSetupView, ...refusals },
      },
    },
    async (request, reply) =>
      mutate(
        request,
        reply,
        (context) => addDoor(context, request.params.slug, request.body),
        (body) => ({ status: 201, body }),
      ),
  );

  app.put(
    '/host/sites/:slug/doors/:id',
    {
      config: { action: 'site.configure' },
      schema: {
        operationId: 'changeDoor',
        tags: ['setup'],
        summary: 'Change a door and its rules',
        params: ofThing,
        body: DoorSettings,
        response: { 200: SiteSetupView, ...refusals },
      },
    },
    async (request, reply) =>
      mutate(
        request,
        reply,
        (context) => changeDoor(context, request.params.slug, request.params.id, request.body),
        (body) => ({ status: 200, body }),
      ),
  );

  app.delete(
    '/host/sites/:slug/doors/:id',
    {
      config: { action: 'site.configure' },
      schema: {
        operationId: 'removeDoor',
        tags: ['setup'],
        summary: 'Delete a door, or take it out of use',
        params: ofThing,
        response: { 200: SiteSetupView, ...refusals },
      },
    },
    async (request, reply) =>
      mutate(
        request,
        reply,
        (context) => removeDoor(context, request.params.slug, request.params.id),
        (body) => ({ status: 200, body }),
      ),
  );

  const SiteSetting = Type.Intersect([
    SettingView,
    Type.Object({
      spaces: Type.Array(Type.Object({ id: Id, name: Type.String(), ruleCount: Type.Integer() }), {
        description: 'With how many rules of their own',
      }),
    }),
  ]);

  app.get(
    '/host/sites/:slug/compatibility',
    {
      config: { action: 'site.observe' },
      schema: {
        operationId: 'getSiteCompatibility',
        tags: ['setup'],
        summary: 'Which publics may meet at a place, or in one of its spaces',
        params: ofSite,
        querystring: Type.Object({ spaceId: Type.Optional(Id) }),
        response: { 200: SiteSetting, ...refusals },
      },
    },
    async (request) =>
      query(request, (context) => getSiteCompatibility(context, request.params.slug, request.query.spaceId ?? null)),
  );

  app.post(
    '/host/sites/:slug/compatibility/preview',
    {
      config: { action: 'site.configure' },
      schema: {
        operationId: 'previewSiteCompatibility',
        tags: ['setup'],
        summary: 'What a change of who may meet whom at a place would come to; nothing is changed',
        params: ofSite,
        body: SpaceSettingChange,
        response: { 200: Consequences, ...refusals },
      },
    },
    async (request, reply) =>
      mutate(
        request,
        reply,
        (context) => previewSiteCompatibility(context, request.params.slug, request.body.spaceId ?? null, request.body),
        (body) => ({ status: 200, body }),
      ),
  );

  app.put(
    '/host/sites/:slug/compatibility',
    {
      config: { action: 'site.configure' },
      schema: {
        operationId: 'changeSiteCompatibility',
        tags: ['setup'],
        summary: 'Change who may meet whom at a place or in one of its spaces, at once or not at all',
        params: ofSite,
        body: SpaceSettingChange,
        response: { 200: Consequences, ...refusals },
      },
    },
    async (request, reply) =>
      mutate(
        request,
        reply,
        (context) => changeSiteCompatibility(context, request.params.slug, request.body.spaceId ?? null, request.body),
        (body) => ({ status: 200, body }),
      ),
  );
}
