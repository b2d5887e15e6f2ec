import { setTimeout as sleep } from 'node:timers/promises';
import { type PostgresOptions, type PostgresServer, startPostgres } from './server.ts';

export interface SupervisedPostgres {
  readonly server: PostgresServer;
  stop(): Promise<void>;
}

/** Starts PostgreSQL, and again when it falls (killed for want of memory, by hand...): it recovers by itself. */
export async function supervisePostgres(
  options: PostgresOptions,
  onFall: (pauseMs: number) => void,
): Promise<SupervisedPostgres> {
  let stopping = false;
  let current = await startPostgres(options);
  const first = current;

  const keepAlive = async () => {
    let pauseMs = 500;
    for (;;) {
      await current.exited;
      if (stopping) return;
      onFall(pauseMs);
      await sleep(pauseMs);
      if (stopping) return;
      try {
        current = await startPostgres(options);
        pauseMs = 500;
      } catch (error) {
        options.onLog((error as Error).message);
        pauseMs = Math.min(pauseMs * 2, 30_000);
      }
    }
  };
  void keepAlive();

  return {
    server: first,
    stop: async () => {
      stopping = true;
      await current.stop();
    },
  };
}
