import { readFileSync } from 'node:fs';
import Type, { type Static } from 'typebox';
import { Compile } from 'typebox/compile';
import { Errors } from 'typebox/value';

const Port = Type.Integer({ minimum: 0, maximum: 65535 });

const ConfigSchema = Type.Object({
  databaseUrl: Type.String({ pattern: '^postgres(ql)?://' }),
  /** Given when `databaseUrl` is the owner's: connections then take the application role. */
  databaseRole: Type.Union([Type.String({ minLength: 1 }), Type.Null()]),
  mqttUrl: Type.Union([Type.String({ pattern: '^(mqtts?|wss?)://' }), Type.Null()]),
  mqttUsername: Type.String({ minLength: 1 }),
  mqttPassword: Type.String(),
  host: Type.String({ minLength: 1 }),
  port: Port,
  publicUrl: Type.String({ pattern: '^https?://[^/]+$' }),
  smtpUrl: Type.Union([Type.String({ pattern: '^smtps?://' }), Type.Null()]),
  mailFrom: Type.String({ minLength: 3 }),
  secret: Type.String({ pattern: '^[A-Za-z0-9_-]{43,}$' }),
  signingKey: Type.String({ minLength: 1 }),
  isDemo: Type.Boolean(),
  simulatorUrl: Type.Union([Type.String({ pattern: '^http://' }), Type.Null()]),
  trustedProxies: Type.Array(Type.String({ minLength: 1 })),
  /** Requests to the API per minute from one source; a whole place may share one line. 0: no limit (a proxy has one). */
  requestsPerMinute: Type.Integer({ minimum: 0 }),
  logLevel: Type.Enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']),
  webBuild: Type.Union([Type.String({ minLength: 1 }), Type.Null()]),
  /** Calendars beside those of the release. */
  calendarsDir: Type.Union([Type.String({ minLength: 1 }), Type.Null()]),
});
export type Config = Readonly<Static<typeof ConfigSchema>>;

const check = Compile(ConfigSchema);

/** What an operator reads when a variable is missing or wrong. */
const EXPLANATIONS: Record<keyof Config, string> = {
  databaseUrl: 'DATABASE_URL must be a PostgreSQL address such as postgres://mitoyen_app:password@host:5432/mitoyen.',
  databaseRole: 'DATABASE_ROLE must be the name of the application role, such as mitoyen_app.',
  mqttUrl: 'MQTT_URL must begin with mqtt://, mqtts://, ws:// or wss://.',
  mqttUsername: 'MQTT_USERNAME must not be empty.',
  mqttPassword: 'MQTT_PASSWORD must be text.',
  host: 'HOST must be an address to listen on, such as 127.0.0.1 or 0.0.0.0.',
  port: 'PORT must be a number from 0 to 65535.',
  publicUrl: 'PUBLIC_URL must be the address that people type, without a path: https://example.org.',
  smtpUrl: 'SMTP_URL must begin with smtp:// or smtps://.',
  mailFrom: 'MAIL_FROM must be an address such as "Mitoyen <no-reply@example.org>".',
  secret:
    'MITOYEN_SECRET must hold at least 32 random bytes in base64url (43 characters): `openssl rand -base64 32 | tr "+/" "-_" | tr -d "="` makes one.',
  signingKey: 'MITOYEN_SIGNING_KEY must be an Ed25519 private key: PKCS8 DER in base64url, or the path of a PEM file.',
  isDemo: 'MITOYEN_DEMO must be 1 or unset.',
  simulatorUrl: 'SIMULATOR_URL must begin with http://.',
  trustedProxies: 'TRUSTED_PROXIES must be a comma-separated list of addresses or networks.',
  requestsPerMinute: 'RATE_LIMIT_PER_MINUTE must be a whole number, 0 for no limit.',
  logLevel: 'LOG_LEVEL must be trace, debug, info, warn, error, fatal or silent.',
  calendarsDir: 'CALENDARS_DIR must be a folder with school/ and holidays/ in it (server/data/calendars/README.md).',
  webBuild: 'WEB_BUILD must be the folder that `pnpm build` made (web/build).',
};

/** Reads the environment. Throws one error that lists every variable that is missing or wrong, in plain words. */
export function readConfig(env: Record<string, string | undefined>): Config {
  const port = env.PORT === undefined || env.PORT === '' ? 3000 : Number(env.PORT);
  const ownerOnly = env.DATABASE_OWNER_URL === undefined || env.DATABASE_OWNER_URL === env.DATABASE_URL;
  const config: unknown = {
    databaseUrl: env.DATABASE_URL ?? '',
    databaseRole: env.DATABASE_ROLE ?? (ownerOnly ? 'mitoyen_app' : null),
    mqttUrl: env.MQTT_URL || null,
    mqttUsername: env.MQTT_USERNAME || 'mitoyen-server',
    mqttPassword: env.MQTT_PASSWORD ?? '',
    host: env.HOST || '127.0.0.1',
    port,
    publicUrl: (env.PUBLIC_URL || `http://localhost:${port}`).replace(/\/$/, ''),
    smtpUrl: env.SMTP_URL || null,
    mailFrom: env.MAIL_FROM || 'Mitoyen <no-reply@mitoyen.example>',
    secret: env.MITOYEN_SECRET ?? '',
    signingKey: readKey(env.MITOYEN_SIGNING_KEY ?? ''),
    isDemo: env.MITOYEN_DEMO === '1',
    simulatorUrl: env.SIMULATOR_URL || null,
    trustedProxies: (env.TRUSTED_PROXIES ?? '')
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== ''),
    requestsPerMinute: Number(env.RATE_LIMIT_PER_MINUTE || '1200'),
    logLevel: env.LOG_LEVEL || 'info',
    webBuild: env.WEB_BUILD || null,
    calendarsDir: env.CALENDARS_DIR || null,
  };
  if (!check.Check(config)) {
    const wrong = new Set(
      Errors(ConfigSchema, config).map((error) => error.instancePath.split('/')[1] as keyof Config),
    );
    throw new Error([...wrong].map((name) => EXPLANATIONS[name] ?? String(name)).join('\n'));
  }
  return config;
}

function readKey(value: string): string {
  if (!value.startsWith('/') && !value.startsWith('.')) return value;
  try {
    const pem = readFileSync(value, 'utf8');
    return Buffer.from(pem.replace(/-----[A-Z ]+-----|\s/g, ''), 'base64').toString('base64url');
  } catch (cause) {
    throw new Error(`MITOYEN_SIGNING_KEY names the file ${value}, which cannot be read.`, { cause });
  }
}
