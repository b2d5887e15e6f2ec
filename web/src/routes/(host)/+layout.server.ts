import { requireRole } from '#lib/server/roles.ts';
import type { LayoutServerLoad } from './$types';

export const load: LayoutServerLoad = (event) => {
  requireRole(event, 'host', 'manager');
};
