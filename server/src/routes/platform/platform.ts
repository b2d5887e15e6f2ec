import { listNetworks } from '@mitoyen/db/queries';
import Type from 'typebox';
import { iso } from '../../operations/views.ts';
import { query } from '../../plugins/unit-of-work.ts';
import { ok } from '../../problems.ts';
import type { Api } from '../routes.ts';
import { Id, Instant, refusals } from '../schemas.ts';

export async function platformRoutes(app: Api) {
  app.get(
    '/admin/networks',
    {
      config: { action: 'platform.administer' },
      schema: {
        operationId: 'listNetworks',
        tags: ['platform'],
        summary: 'The networks of this installation',
        response: {
          200: Type.Object({
            items: Type.Array(
              Type.Object({
                id: Id,
                slug: Type.String(),
                name: Type.String(),
                hostnames: Type.Array(Type.String()),
                isPlatform: Type.Boolean(),
                isDemo: Type.Boolean(),
                createdAt: Instant,
              }),
            ),
          }),
          ...refusals,
        },
      },
    },
    async (request) =>
      query(request, async ({ services }) => {
        const rows = await listNetworks(services.db.platform);
        return ok({
          items: rows.map(({ id, slug, name, hostnames, isPlatform, isDemo, createdAt }) => ({
            id,
            slug,
            name,
            hostnames,
            isPlatform,
            isDemo,
            createdAt: iso(createdAt),
          })),
        });
      }),
  );
}
