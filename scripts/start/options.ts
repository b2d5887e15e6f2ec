import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

export const REPOSITORY = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

export interface StartOptions {
  readonly dataDir: string;
  /** Undefined: 3000, or the next free one. */
  readonly port: number | undefined;
  readonly host: string;
  readonly withDemo: boolean;
  readonly reset: boolean;
  readonly yes: boolean;
  readonly verbose: boolean;
  readonly help: boolean;
}

export class UsageError extends Error {}

/** Flags first, then the environment, then the defaults. */
export function readOptions(args: readonly string[], env: NodeJS.ProcessEnv): StartOptions {
  const { values } = parse(args);
  const port = values.port ?? (env.PORT || undefined);
  const portNumber = port === undefined ? undefined : Number(port);
  if (portNumber !== undefined && !(Number.isInteger(portNumber) && portNumber > 0 && portNumber < 65_536)) {
    throw new UsageError(`${port}: not a port (1 to 65535)`);
  }
  // pnpm runs scripts in the workspace's folder; INIT_CWD is where the person typed.
  const typedIn = env.INIT_CWD ?? process.cwd();
  const dataDir = values.data ? resolve(typedIn, values.data) : resolve(REPOSITORY, env.MITOYEN_DATA || '.data');
  return {
    dataDir,
    port: portNumber,
    host: env.HOST || '127.0.0.1',
    withDemo: !values['no-demo'],
    reset: values.reset,
    yes: values.yes,
    verbose: values.verbose,
    help: values.help,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: args.filter((arg) => arg !== '--'),
      options: {
        port: { type: 'string', short: 'p' },
        data: { type: 'string' },
        'no-demo': { type: 'boolean', default: false },
        reset: { type: 'boolean', default: false },
        yes: { type: 'boolean', short: 'y', default: false },
        verbose: { type: 'boolean', short: 'v', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}
