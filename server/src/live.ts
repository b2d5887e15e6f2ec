import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Database } from '@mitoyen/db';
import { LIVE_CHANNEL } from '@mitoyen/db/queries';

/** What changed at a site. Says what to look at again, not what it is: the page reads that with its own rights. */
export interface LiveEvent {
  readonly networkId: string;
  readonly siteId: string;
  readonly kind: 'access' | 'booking' | 'device' | 'bridge' | 'schedule';
}

/** Proxies close a silent connection; a comment keeps it open. */
const HEARTBEAT_MS = 20_000;
/** A page that does not read is dropped: it reconnects by itself. */
const MOST_UNREAD_BYTES = 64 * 1024;

/** Passes what any server of this installation announces (PostgreSQL NOTIFY) to the pages that watch. */
export interface Live {
  start(db: Database): Promise<void>;
  /** Answers a request with an endless event stream of one site. */
  stream(request: IncomingMessage, response: ServerResponse, siteId: string): void;
  stop(): Promise<void>;
}

export function createLive(): Live {
  const watchers = new Map<string, Set<ServerResponse>>();
  let unlisten: (() => Promise<void>) | null = null;
  const heartbeat = setInterval(() => {
    for (const responses of watchers.values()) for (const response of responses) write(response, ': still here\n\n');
  }, HEARTBEAT_MS);
  heartbeat.unref();

  function write(response: ServerResponse, text: string): void {
    if (response.writableLength > MOST_UNREAD_BYTES) response.destroy();
    else response.write(text);
  }

  return {
    async start(db) {
      const listening = await db.listen(LIVE_CHANNEL, (payload) => {
        const event = JSON.parse(payload) as LiveEvent;
        const { networkId: _, ...data } = event;
        for (const response of watchers.get(event.siteId) ?? []) {
          write(response, `event: change\ndata: ${JSON.stringify(data)}\n\n`);
        }
      });
      unlisten = () => listening.unlisten();
    },
    stream(request, response, siteId) {
      response.writeHead(200, {
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-store',
        // Proxies such as nginx would otherwise collect events before passing them on.
        'x-accel-buffering': 'no',
      });
      if (request.method === 'HEAD') return void response.end();
      response.write('retry: 3000\n\n');
      const responses = watchers.get(siteId) ?? new Set();
      watchers.set(siteId, responses.add(response));
      request.on('close', () => {
        responses.delete(response);
        if (responses.size === 0) watchers.delete(siteId);
      });
    },
    async stop() {
      clearInterval(heartbeat);
      await unlisten?.();
      for (const responses of watchers.values()) for (const response of responses) response.end();
      watchers.clear();
    },
  };
}
