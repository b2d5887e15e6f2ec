import { requireAccount } from '#lib/server/require-account.ts';
import type { LayoutServerLoad } from './$types';

export const load: LayoutServerLoad = (event) => {
  requireAccount(event);
};
