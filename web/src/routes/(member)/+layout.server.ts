import { requireAccount } from '#lib/server/return-to.ts';
import type { LayoutServerLoad } from './$types';

export const load: LayoutServerLoad = (event) => {
  requireAccount(event);
};
