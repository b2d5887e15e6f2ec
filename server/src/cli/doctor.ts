import { appliedMigrations, openDatabase, releaseMigrations } from '@mitoyen/db';
import { roleFacts } from '@mitoyen/db/queries';
import { privateKeyFromText } from '@mitoyen/protocol';
import { probeBroker } from '../adapters/broker-probe.ts';
import { readConfig } from '../config.ts';
import { findInstallation, UsageError } from './installation.ts';

export interface Finding {
  readonly what: string;
  readonly state: 'good' | 'note' | 'bad';
  readonly detail: string;
  /** What to do about it, for whoever runs the machine. */
  readonly fix?: string;
}

const NEEDED_NODE = 26;
const OLDEST_POSTGRES = 15;

/** Looks at everything that the product needs and says plainly what is wrong and how to mend it. Changes nothing. */
export async function examine(env: NodeJS.ProcessEnv, dataDir: string): Promise<Finding[]> {
  const findings: Finding[] = [];
  const node = Number(process.versions.node.split('.')[0]);
  findings.push(
    node >= NEEDED_NODE
      ? { what: 'Node', state: 'good', detail: process.versions.node }
      : {
          what: 'Node',
          state: 'bad',
          detail: `${process.versions.node}, ${NEEDED_NODE} is needed`,
          fix: 'Run through pnpm (`npx --yes pnpm@12 mitoyen doctor`): it brings its own Node.',
        },
  );

  let ownerUrl: string;
  try {
    const installation = findInstallation(env, dataDir);
    ownerUrl = installation.ownerUrl;
    findings.push({ what: 'Installation', state: 'good', detail: `found by the ${installation.source}` });
    if (installation.source === 'environment') findings.push(...examineEnvironment(env));
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    findings.push({ what: 'Installation', state: 'bad', detail: 'not found', fix: error.message });
    return findings;
  }
  findings.push(...(await examineDatabase(ownerUrl, env)));
  if (env.MQTT_URL) findings.push(await examineBroker(env));
  return findings;
}

function examineEnvironment(env: NodeJS.ProcessEnv): Finding[] {
  try {
    const config = readConfig(env);
    privateKeyFromText(config.signingKey);
    const isPlain =
      config.publicUrl.startsWith('http:') && !/\/\/(localhost|127\.0\.0\.1|\[::1\])/.test(config.publicUrl);
    return [
      { what: 'Configuration', state: 'good', detail: `serves ${config.publicUrl}` },
      ...(isPlain
        ? [
            {
              what: 'Encryption',
              state: 'bad' as const,
              detail: 'PUBLIC_URL is plain http on another host: passwords travel in the clear',
              fix: 'Put a proxy with TLS in front and set PUBLIC_URL to its https address.',
            },
          ]
        : []),
      ...(config.smtpUrl === null
        ? [
            {
              what: 'Mail',
              state: 'note' as const,
              detail: 'SMTP_URL is not set: mails are kept in the database and leave for nowhere',
              fix: 'Set SMTP_URL, such as smtps://user:password@mail.example.org.',
            },
          ]
        : []),
    ];
  } catch (error) {
    return [
      {
        what: 'Configuration',
        state: 'bad',
        detail: 'incomplete',
        fix: error instanceof Error ? error.message : String(error),
      },
    ];
  }
}

async function examineDatabase(ownerUrl: string, env: NodeJS.ProcessEnv): Promise<Finding[]> {
  const findings: Finding[] = [];
  const db = openDatabase(ownerUrl, { max: 1 });
  try {
    const facts = await roleFacts(db.platform);
    findings.push(
      facts.serverVersion >= OLDEST_POSTGRES * 10_000
        ? { what: 'PostgreSQL', state: 'good', detail: `version ${Math.floor(facts.serverVersion / 10_000)}` }
        : {
            what: 'PostgreSQL',
            state: 'bad',
            detail: `version ${Math.floor(facts.serverVersion / 10_000)} is too old`,
            fix: `PostgreSQL ${OLDEST_POSTGRES} or later is needed.`,
          },
    );
    try {
      const [applied, wanted] = await Promise.all([appliedMigrations(db.platform), releaseMigrations()]);
      const missing = wanted.filter((name) => !applied.includes(name));
      findings.push(
        missing.length === 0
          ? { what: 'Schema', state: 'good', detail: `${applied.length} migrations` }
          : { what: 'Schema', state: 'bad', detail: `missing: ${missing.join(', ')}`, fix: 'Run `mitoyen migrate`.' },
      );
    } catch {
      findings.push({ what: 'Schema', state: 'bad', detail: 'nothing there yet', fix: 'Run `mitoyen migrate`.' });
    }
  } catch (error) {
    findings.push({
      what: 'PostgreSQL',
      state: 'bad',
      detail: `cannot be reached (${(error as { cause?: { code?: string } }).cause?.code ?? 'refused'})`,
      fix: 'Is it running? Is the address right? An embedded one runs only while `pnpm start` does.',
    });
    return findings;
  } finally {
    await db.close();
  }
  if (!env.DATABASE_URL) return findings;

  const usesOwner = !env.DATABASE_OWNER_URL || env.DATABASE_OWNER_URL === env.DATABASE_URL;
  const app = openDatabase(env.DATABASE_URL, {
    max: 1,
    ...(usesOwner && { role: env.DATABASE_ROLE ?? 'mitoyen_app' }),
  });
  try {
    const facts = await roleFacts(app.platform);
    const wrong = [
      ...(facts.isSuperuser ? ['is a superuser'] : []),
      ...(facts.bypassesRls ? ['bypasses row-level security'] : []),
      ...(facts.ownsTables ? ['owns tables'] : []),
    ];
    findings.push(
      wrong.length === 0
        ? { what: 'Application role', state: 'good', detail: `${facts.role} owns nothing` }
        : {
            what: 'Application role',
            state: 'bad',
            detail: `${facts.role} ${wrong.join(', ')}`,
            fix: 'Give DATABASE_URL a role that was granted mitoyen_app and nothing else, and DATABASE_OWNER_URL the owner.',
          },
    );
  } catch (error) {
    const code = (error as { cause?: { code?: string } }).cause?.code;
    findings.push({
      what: 'Application role',
      state: 'bad',
      detail: `cannot sign in (${code ?? 'refused'})`,
      fix: 'Run `mitoyen migrate` once as the owner: it makes the role mitoyen_app. Then grant it: grant mitoyen_app to <role>.',
    });
  } finally {
    await app.close();
  }
  return findings;
}

async function examineBroker(env: NodeJS.ProcessEnv): Promise<Finding> {
  const refusal = await probeBroker(env.MQTT_URL ?? '', env.MQTT_USERNAME || 'mitoyen-server', env.MQTT_PASSWORD ?? '');
  return refusal === null
    ? { what: 'Broker', state: 'good', detail: 'answers' }
    : {
        what: 'Broker',
        state: 'bad',
        detail: refusal,
        fix: 'Check MQTT_URL, MQTT_USERNAME and MQTT_PASSWORD; the user must be allowed below mitoyen/1/.',
      };
}
