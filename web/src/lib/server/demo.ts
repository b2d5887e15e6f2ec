import type { Api } from './api.ts';

/** The demo's routes exist from the server's start to its end, or never: asked until it has answered, then remembered. */
let answered: boolean | null = null;

export async function isDemo(api: Api): Promise<boolean> {
  if (answered !== null) return answered;
  const { response, error } = await api.GET('/api/v1/demo/outbox');
  if (response.ok) answered = true;
  // `network.unknown` is a 404 too, and says nothing about the others.
  else if (response.status === 404 && error?.code === 'not_found') answered = false;
  return answered ?? false;
}
