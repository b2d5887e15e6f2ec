import Type from 'typebox';
import {
  archiveAudience,
  changeAudience,
  createAudience,
  listAudienceSettings,
  orderAudiences,
} from '../../operations/setup/audiences.ts';
import {
  changeNetworkCompatibility,
  getNetworkCompatibility,
  previewNetworkCompatibility,
} from '../../operations/setup/compatibility.ts';
import { createSite, getSiteDefaults, listCalendars, removeSite } from '../../operations/setup/sites.ts';
import {
  changeStructure,
  createStructure,
  getStructure,
  inviteHost,
  listStructures,
  removeHost,
  removeStructure,
} from '../../operations/setup/structures.ts';
import { mutate, query } from '../../plugins/unit-of-work.ts';
import type { Api } from '../routes.ts';
import { Email, Empty, Id, LocaleCode, Name, refusals, Slug } from '../schemas.ts';
import {
  AudienceSettings,
  AudienceView,
  Consequences,
  NewAudience,
  NewSite,
  SettingChange,
  SettingView,
  SiteDefaults,
  SiteSetupView,
  StructureSettings,
  StructureView,
} from './schemas.ts';

const byId = Type.Object({ id: Id });
const AudienceList = Type.Object({ items: Type.Array(AudienceView) });

/** What a manager sets up for the network: its publics, who may meet whom, its structures, their staff and their sites. */
export async function networkSetupRoutes(app: Api) {
  app.get(
    '/manager/audiences',
    {
      config: { action: 'audience.manage' },
      schema: {
        operationId: 'listAudienceSettings',
        tags: ['manager'],
        summary: 'The publics of the network as they are set, archived ones last',
        response: { 200: AudienceList, ...refusals },
      },
    },
    async (request) => query(request, listAudienceSettings),
  );

  app.post(
    '/manager/audiences',
    {
      config: { action: 'audience.manage' },
      schema: {
        operationId: 'createAudience',
        tags: ['manager'],
        summary: 'Add a public: at first it may be on a site with the others, and share no space with them',
        body: NewAudience,
        response: { 201: AudienceView, ...refusals },
      },
    },
    async (request, reply) =>
      mutate(
        request,
        reply,
        (context) => createAudience(context, request.body),
        (body) => ({ status: 201, body }),
      ),
  );

  app.put(
    '/manager/audiences/:id',
    {
      config: { action: 'audience.manage' },
      schema: {
        operationId: 'changeAudience',
        tags: ['manager'],
        summary: 'Change a public; its code stays',
        params: byId,
        body: AudienceSettings,
        response: { 200: AudienceView, ...refusals },
      },
    },
    async (request, reply) =>
      mutate(
        request,
        reply,
        (context) => changeAudience(context, request.params.id, request.body),
        (body) => ({ status: 200, body }),
      ),
  );

  app.put(
    '/manager/audiences/:id/archived',
    {
      config: { action: 'audience.manage' },
      schema: {
        operationId: 'archiveAudience',
        tags: ['manager'],
        summary: 'Take a public out of use, or back; refused while bookings or hours to come are for it',
        params: byId,
        body: Type.Object({ isArchived: Type.Boolean() }),
        response: { 200: AudienceView, ...refusals },
      },
    },
    async (request, reply) =>
      mutate(
        request,
        reply,
        (context) => archiveAudience(context, request.params.id, request.body),
        (body) => ({ status: 200, body }),
      ),
  );

  app.put(
    '/manager/audience-order',
    {
      config: { action: 'audience.manage' },
      schema: {
        operationId: 'orderAudiences',
        tags: ['manager'],
        summary: 'Put the publics in order',
        body: Type.Object({ ids: Type.Array(Id, { maxItems: 500 }) }),
        response: { 200: AudienceList, ...refusals },
      },
    },
    async (request, reply) =>
      mutate(
        request,
        reply,
        (context) => orderAudiences(context, request.body.ids),
        (body) => ({ status: 200, body }),
      ),
  );

  const NetworkSetting = Type.Intersect([
    SettingView,
    Type.Object({
      exceptions: Type.Array(Type.Object({ slug: Type.String(), name: Type.String(), ruleCount: Type.Integer() }), {
        description: 'Sites that have rules of their own',
      }),
    }),
  ]);

  app.get(
    '/manager/compatibility',
    {
      config: { action: 'audience.manage' },
      schema: {
        operationId: 'getNetworkCompatibility',
        tags: ['manager'],
        summary: 'Which publics may meet: every pair, for the network',
        response: { 200: NetworkSetting, ...refusals },
      },
    },
    async (request) => query(request, getNetworkCompatibility),
  );

  app.post(
    '/manager/compatibility/preview',
    {
      config: { action: 'audience.manage' },
      schema: {
        operationId: 'previewNetworkCompatibility',
        tags: ['manager'],
        summary: 'What a change of who may meet whom would come to; nothing is changed',
        body: SettingChange,
        response: { 200: Consequences, ...refusals },
      },
    },
    async (request, reply) =>
      mutate(
        request,
        reply,
        (context) => previewNetworkCompatibility(context, request.body),
        (body) => ({ status: 200, body }),
      ),
  );

  app.put(
    '/manager/compatibility',
    {
      config: { action: 'audience.manage' },
      schema: {
        operationId: 'changeNetworkCompatibility',
        tags: ['manager'],
        summary: 'Change who may meet whom in the network, at once or not at all',
        body: SettingChange,
        response: { 200: Consequences, ...refusals },
      },
    },
    async (request, reply) =>
      mutate(
        request,
        reply,
        (context) => changeNetworkCompatibility(context, request.body),
        (body) => ({ status: 200, body }),
      ),
  );

  app.get(
    '/manager/structures',
    {
      config: { action: 'structure.manage' },
      schema: {
        operationId: 'listStructures',
        tags: ['manager'],
        summary: 'The structures of the network, their places and their staff',
        response: { 200: Type.Object({ items: Type.Array(StructureView) }), ...refusals },
      },
    },
    async (request) => query(request, listStructures),
  );

  app.post(
    '/manager/structures',
    {
      config: { action: 'structure.manage' },
      schema: {
        operationId: 'createStructure',
        tags: ['manager'],
        summary: 'Add a structure',
        body: StructureSettings,
        response: { 201: StructureView, ...refusals },
      },
    },
    async (request, reply) =>
      mutate(
        request,
        reply,
        (context) => createStructure(context, request.body),
        (body) => ({ status: 201, body }),
      ),
  );

  app.get(
    '/manager/structures/:id',
    {
      config: { action: 'structure.manage' },
      schema: {
        operationId: 'getStructure',
        tags: ['manager'],
        summary: 'A structure, its places and its staff',
        params: byId,
        response: { 200: StructureView, ...refusals },
      },
    },
    async (request) => query(request, (context) => getStructure(context, request.params.id)),
  );

  app.put(
    '/manager/structures/:id',
    {
      config: { action: 'structure.manage' },
      schema: {
        operationId: 'changeStructure',
        tags: ['manager'],
        summary: 'Change a structure',
        params: byId,
        body: StructureSettings,
        response: { 200: StructureView, ...refusals },
      },
    },
    async (request, reply) =>
      mutate(
        request,
        reply,
        (context) => changeStructure(context, request.params.id, request.body),
        (body) => ({ status: 200, body }),
      ),
  );

  app.delete(
    '/manager/structures/:id',
    {
      config: { action: 'structure.manage' },
      schema: {
        operationId: 'removeStructure',
        tags: ['manager'],
        summary: 'Delete a structure that has neither places nor staff',
        params: byId,
        response: { 204: Empty, ...refusals },
      },
    },
    async (request, reply) =>
      mutate(
        request,
        reply,
        (context) => removeStructure(context, request.params.id),
        () => ({ status: 204 }),
      ),
  );

  app.post(
    '/manager/structures/:id/staff',
    {
      config: { action: 'structure.manage' },
      schema: {
        operationId: 'inviteHost',
        tags: ['manager'],
        summary: 'Invite somebody to run the places of a structure: a mail brings the link that sets the password',
        params: byId,
        body: Type.Object({ email: Email, displayName: Name, locale: Type.Optional(LocaleCode) }),
        response: { 201: StructureView, ...refusals },
      },
    },
    async (request, reply) => {
      const { email, displayName, locale = 'fr' } = request.body;
      return mutate(
        request,
        reply,
        (context) => inviteHost(context, request.params.id, { email, displayName, locale }),
        (body) => ({ status: 201, body }),
      );
    },
  );

  app.delete(
    '/manager/structures/:id/staff/:accountId',
    {
      config: { action: 'structure.manage' },
      schema: {
        operationId: 'removeHost',
        tags: ['manager'],
        summary: 'Take the places of a structure, and its staff badges, from somebody',
        params: Type.Object({ id: Id, accountId: Id }),
        response: { 200: StructureView, ...refusals },
      },
    },
    async (request, reply) =>
      mutate(
        request,
        reply,
        (context) => removeHost(context, request.params.id, request.params.accountId),
        (body) => ({ status: 200, body }),
      ),
  );

  app.post(
    '/manager/structures/:id/sites',
    {
      config: { action: 'site.create' },
      schema: {
        operationId: 'createSite',
        tags: ['manager'],
        summary: 'Add a place to a structure; search finds it once its host says so',
        description: 'Time zone and calendars that are absent are those of the French département of the INSEE code.',
        params: byId,
        body: NewSite,
        response: { 201: SiteSetupView, ...refusals },
      },
    },
    async (request, reply) => {
      const { country = 'FR', ...input } = request.body;
      return mutate(
        request,
        reply,
        (context) => createSite(context, request.params.id, { country, ...input }),
        (body) => ({ status: 201, body }),
      );
    },
  );

  app.delete(
    '/manager/sites/:slug',
    {
      config: { action: 'site.create' },
      schema: {
        operationId: 'removeSite',
        tags: ['manager'],
        summary: 'Delete a place that has nothing yet',
        params: Type.Object({ slug: Slug }),
        response: { 204: Empty, ...refusals },
      },
    },
    async (request, reply) =>
      mutate(
        request,
        reply,
        (context) => removeSite(context, request.params.slug),
        () => ({ status: 204 }),
      ),
  );

  app.get(
    '/manager/calendars',
    {
      config: { action: 'site.create' },
      schema: {
        operationId: 'listCalendars',
        tags: ['manager'],
        summary: 'Calendars of public and school holidays that a place may keep',
        response: {
          200: Type.Object({
            holidays: Type.Array(Type.String()),
            school: Type.Array(Type.Object({ id: Type.String(), zones: Type.Array(Type.String()) })),
          }),
          ...refusals,
        },
      },
    },
    async (request) => query(request, listCalendars),
  );

  app.get(
    '/manager/site-defaults/:inseeCode',
    {
      config: { action: 'site.create' },
      schema: {
        operationId: 'getSiteDefaults',
        tags: ['manager'],
        summary: 'Time zone and calendars of a French commune',
        params: Type.Object({ inseeCode: Type.String({ pattern: '^[0-9][0-9AB][0-9]{3}$' }) }),
        response: { 200: SiteDefaults, ...refusals },
      },
    },
    async (request) => query(request, (context) => getSiteDefaults(context, request.params.inseeCode)),
  );
}
