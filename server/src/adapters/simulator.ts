import { RefusalError } from '../problems.ts';

export type Presentation =
  | { readonly kind: 'badge'; readonly uid: string }
  | { readonly kind: 'pin'; readonly pin: string };

export interface VirtualSite {
  siteId: string;
  siteSlug: string;
  people: number;
  motion: boolean;
  doors: { id: string; name: string; lock: 'locked' | 'unlocked'; contact: 'closed' | 'open' }[];
}

export interface PresentationOutcome {
  outcome: 'opened' | 'refused' | 'no_answer';
  reason: string | null;
  tookMs: number;
}

/** The simulated sites of a demo, over HTTP on the machine itself. Refusals (thrown): `demo.unavailable`, `not_found`. */
export interface Simulator {
  sites(): Promise<VirtualSite[]>;
  present(doorId: string, presentation: Presentation): Promise<PresentationOutcome>;
  walk(doorId: string): Promise<{ walked: boolean }>;
}

const TIMEOUT_MS = 5_000;

export function simulatorClient(baseUrl: string | null): Simulator {
  async function call<T>(path: string, body?: unknown): Promise<T> {
    if (baseUrl === null) throw new RefusalError('demo.unavailable');
    let response: Response;
    try {
      response = await fetch(new URL(path, baseUrl), {
        signal: AbortSignal.timeout(TIMEOUT_MS),
        ...(body === undefined
          ? {}
          : { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
      });
    } catch {
      throw new RefusalError('demo.unavailable');
    }
    if (response.status === 404) throw new RefusalError('not_found');
    if (!response.ok) throw new RefusalError('demo.unavailable');
    // A walk through a door answers 204.
    return (response.status === 204 ? undefined : await response.json()) as T;
  }
  return {
    sites: () => call<VirtualSite[]>('/sites'),
    async present(doorId, presentation) {
      const answer = await call<Omit<PresentationOutcome, 'reason'> & { reason?: string }>(
        `/doors/${encodeURIComponent(doorId)}/present`,
        presentation,
      );
      return { outcome: answer.outcome, reason: answer.reason ?? null, tookMs: answer.tookMs };
    },
    async walk(doorId) {
      const doors = (await call<VirtualSite[]>('/sites')).flatMap((site) => site.doors);
      const door = doors.find(({ id }) => id === doorId);
      if (door === undefined) throw new RefusalError('not_found');
      // Nobody walks through a door that is shut and locked; it may have locked itself again since the page was drawn.
      if (door.lock === 'locked' && door.contact === 'closed') return { walked: false };
      await call(`/doors/${encodeURIComponent(doorId)}/walk`, {});
      return { walked: true };
    },
  };
}
