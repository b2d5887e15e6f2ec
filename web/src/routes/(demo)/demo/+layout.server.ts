import { error } from '@sveltejs/kit';
import { isDemo } from '#lib/server/demo.ts';
import type { LayoutServerLoad } from './$types';

export const load: LayoutServerLoad = async ({ locals }) => {
  if (!(await isDemo(locals.api))) error(404);
};
