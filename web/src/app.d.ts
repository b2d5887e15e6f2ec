import type { IncomingMessage } from 'node:http';
import type { Account } from '#lib/api/types.ts';
import type { Api } from '#lib/server/api.ts';
import type { Theme } from '#lib/server/preferences.ts';

declare global {
  namespace App {
    interface Error {
      status: number;
      message: string;
      /** Stable code of the API's problem, when the error is a refusal of the API. */
      code?: string;
      detail?: string;
    }

    interface Locals {
      api: Api;
      account: Account | null;
      theme: Theme;
    }

    interface Platform {
      /** The raw request. The server that mounts this handler in its own process adds a way to call its API without HTTP. */
      req: IncomingMessage & { mitoyenFetch?: (request: Request) => Promise<Response> };
    }
  }
}
