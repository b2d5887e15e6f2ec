import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** Where a command finds the installation that it is about. */
export interface Installation {
  /** The role that owns the schema. */
  readonly ownerUrl: string;
  readonly secret: string | null;
  readonly signingKey: string | null;
  readonly source: 'environment' | 'data folder';
}

export class UsageError extends Error {}

const readJson = <T>(file: string): T | null => {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as T;
  } catch {
    return null;
  }
};

/** The environment, or else the data folder of an installation that `pnpm start` runs on this machine. */
export function findInstallation(env: NodeJS.ProcessEnv, dataDir: string): Installation {
  const fromEnvironment = env.DATABASE_OWNER_URL ?? env.DATABASE_URL;
  if (fromEnvironment) {
    return {
      ownerUrl: fromEnvironment,
      secret: env.MITOYEN_SECRET ?? null,
      signingKey: env.MITOYEN_SIGNING_KEY ?? null,
      source: 'environment',
    };
  }
  const folder = resolve(dataDir);
  const secrets = readJson<{ ownerPassword: string; mitoyenSecret: string; signingKey: string }>(
    join(folder, 'secrets.json'),
  );
  const ports = readJson<{ postgres?: number }>(join(folder, 'ports.json'));
  if (secrets === null || ports?.postgres === undefined) {
    throw new UsageError(
      `No installation found: neither DATABASE_URL is set, nor has ${folder} been made by \`pnpm start\`.\n` +
        'Start the product once, give --data the folder that it uses, or set DATABASE_OWNER_URL.',
    );
  }
  const password = encodeURIComponent(secrets.ownerPassword);
  return {
    ownerUrl: `postgres://mitoyen_owner:${password}@127.0.0.1:${ports.postgres}/mitoyen`,
    secret: secrets.mitoyenSecret,
    signingKey: secrets.signingKey,
    source: 'data folder',
  };
}
