import { redirect } from '@sveltejs/kit';
import type { RequestHandler } from './$types';

export const POST: RequestHandler = async ({ locals }) => {
  await locals.api.DELETE('/api/v1/sessions/current');
  redirect(303, '/');
};
