import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateSigningKey, privateKeyText } from '@mitoyen/protocol';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { anyFreePort } from '../../scripts/start/ports.ts';
import { ensureDatabase, identifier, withClient } from '../../scripts/start/postgres/database.ts';
import { startTestApi } from '../support/api.ts';
import { startBroker, type TestBroker } from '../support/broker.ts';
import { startTestDatabase, type TestDatabase } from '../support/database.ts';
import { TEST_SECRET } from '../support/network.ts';
import { runScript, type ScriptRun } from '../support/run-script.ts';
import { urlOf } from '../support/shared-database.ts';

const NO_FOLDER = join(tmpdir(), `mitoyen-none-${randomBytes(6).toString('hex')}`);

/** What the commands read; nothing of the machine that runs the tests may stand in for it. */
const UNSET = {
  DATABASE_URL: '',
  DATABASE_OWNER_URL: undefined,
  DATABASE_ROLE: undefined,
  MQTT_URL: '',
  MITOYEN_DATA: NO_FOLDER,
  NO_COLOR: '1',
};
const mitoyen = (args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<ScriptRun> =>
  runScript('server/src/cli/main.ts', args, { ...UNSET, ...env });

/** A database that has been made for the product and nothing more. */
async function makeEmptyDatabase() {
  const shared = inject('database');
  const name = `${shared.template.replace(/_template$/, '')}_${randomBytes(5).toString('hex')}`;
  await ensureDatabase(shared.superuserUrl, name);
  return {
    ownerUrl: urlOf(shared, 'owner', name),
    drop: () =>
      withClient(shared.superuserUrl, (sql) => sql.unsafe(`drop database ${identifier(name)} with (force)`)).then(
        () => {},
      ),
  };
}

describe('from an empty database to a first administrator', () => {
  let empty: Awaited<ReturnType<typeof makeEmptyDatabase>>;
  let database: TestDatabase;
  beforeAll(async () => {
    empty = await makeEmptyDatabase();
    database = await startTestDatabase();
  });
  afterAll(async () => {
    await empty?.drop();
    await database?.drop();
  });

  it('migrates once, and says the second time that nothing was to do', async () => {
    const env = { DATABASE_OWNER_URL: empty.ownerUrl };
    const first = await mitoyen(['migrate'], env);
    expect(first).toMatchObject({ code: 0 });
    expect(first.output).toMatch(/^Applied: 0001_foundation\.sql/);
    const second = await mitoyen(['migrate'], env);
    expect(second).toMatchObject({ code: 0 });
    expect(second.output).toMatch(/^The schema is up to date \(\d+ migrations\)\.\n$/);
  });

  it('makes a network once, and an administrator whose password opens the API', async () => {
    const env = { DATABASE_OWNER_URL: database.ownerUrl };
    const create = ['create-network', 'alpes', '--name', 'Lieux des Alpes', '--hostname', 'alpes.example.org'];
    expect(await mitoyen(create, env)).toMatchObject({ code: 0 });
    const again = await mitoyen(create, env);
    expect(again).toEqual({ code: 2, output: 'There is a network "alpes" already.\n' });

    const admin = ['create-admin', 'Admin@Example.org', '--network', 'alpes'];
    const made = await mitoyen(admin, env);
    expect(made.code, made.output).toBe(0);
    const password = /shown this once: (\S+)\n/.exec(made.output)?.[1] ?? '';
    expect(password.length).toBeGreaterThanOrEqual(20);

    const api = await startTestApi(database, { slug: 'alpes' }, { now: () => Date.now() });
    const signIn = () => api.send('POST', '/sessions', { email: 'admin@example.org', password });
    const session = await signIn();
    expect(session.status, JSON.stringify(session.body)).toBe(200);
    const asAdmin = { authorization: `Bearer ${session.body.accessToken}` };
    const me = await api.get('/me', asAdmin);
    expect(JSON.stringify(me.body)).toContain('administrator');

    const asManager = await mitoyen([...admin, '--role', 'manager'], env);
    expect(asManager).toEqual({
      code: 0,
      output: 'Admin@Example.org had an account and now is manager of "alpes".\n',
    });

    // The manager invites somebody; where no mail leaves, whoever runs the machine reads it.
    const structure = { name: 'Les Ateliers', legalForm: 'association', labels: [], contactEmail: null };
    const { id } = (await api.send('POST', '/manager/structures', structure, asAdmin)).body;
    const maya = { email: 'maya@example.org', displayName: 'Maya' };
    await api.send('POST', `/manager/structures/${id}/staff`, maya, asAdmin);
    const mail = await mitoyen(['last-mail', ' Maya@Example.org'], env);
    expect(mail).toMatchObject({ code: 0 });
    expect(mail.output).toMatch(/\/mot-de-passe\/[A-Za-z0-9_-]{43}/);
    expect(await mitoyen(['last-mail', 'nobody@example.org'], env)).toEqual({
      code: 2,
      output: 'There is no mail to nobody@example.org.\n',
    });
    expect((await signIn()).status).toBe(200);
    await api.close();
  });

  it.each([
    ['a network that is not there', ['create-admin', 'a@example.org', '--network', 'nowhere'], 'no network "nowhere"'],
    ['a slug with capitals', ['create-network', 'Alpes', '--name', 'Alpes'], '"Alpes" is no slug'],
    ['an unknown option', ['migrate', '--force'], "Unknown option '--force'"],
    ['an unknown command', ['fly'], 'There is no command "fly"'],
  ])('refuses %s in a plain sentence', async (_, args, sentence) => {
    const { code, output } = await mitoyen(args, { DATABASE_OWNER_URL: database.ownerUrl });
    expect(code).toBe(2);
    expect(output).toContain(sentence);
    expect(output).not.toMatch(/\n\s+at /);
  });
});

describe('doctor', () => {
  let database: TestDatabase;
  let broker: TestBroker;
  let healthy: NodeJS.ProcessEnv;
  beforeAll(async () => {
    database = await startTestDatabase();
    broker = await startBroker();
    healthy = {
      DATABASE_URL: database.appUrl,
      DATABASE_OWNER_URL: database.ownerUrl,
      MITOYEN_SECRET: TEST_SECRET,
      MITOYEN_SIGNING_KEY: privateKeyText(generateSigningKey('server-1').privateKey),
      SMTP_URL: 'smtps://user:password@mail.example.org',
      PUBLIC_URL: 'https://alpes.example.org',
      MQTT_URL: broker.url,
    };
  });
  afterAll(async () => {
    await broker?.stop();
    await database?.drop();
  });

  const findings = ({ output }: ScriptRun) => output.split('\n').filter((line) => /^(ok|note|BAD)/.test(line));

  it('finds nothing wrong where nothing is', async () => {
    const run = await mitoyen(['doctor'], healthy);
    expect(run.code, run.output).toBe(0);
    expect(findings(run).map((line) => line.replace(/^(\S+)\s+([^:]+):.*/, '$1 $2'))).toEqual([
      'ok Node',
      'ok Installation',
      'ok Configuration',
      'ok PostgreSQL',
      'ok Schema',
      'ok Application role',
      'ok Broker',
    ]);
    expect(run.output).not.toContain(TEST_SECRET);
  });

  it('says where it looked when there is no installation', async () => {
    const run = await mitoyen(['doctor']);
    expect(run.code).toBe(1);
    expect(run.output).toContain('BAD   Installation: not found');
    expect(run.output).toContain(NO_FOLDER);
  });

  it('says that the database cannot be reached, without its password', async () => {
    const nobody = `postgres://mitoyen:hidden-word@127.0.0.1:${await anyFreePort()}/mitoyen`;
    const run = await mitoyen(['doctor'], { ...healthy, DATABASE_URL: nobody, DATABASE_OWNER_URL: nobody });
    expect(run.code).toBe(1);
    expect(run.output).toContain('BAD   PostgreSQL: cannot be reached (ECONNREFUSED)');
    expect(run.output).not.toContain('hidden-word');
  });

  it('names the migration that is missing, and what makes up for it', async () => {
    await withClient(database.superuserUrl, async (sql) => {
      const [row] = await sql`delete from schema_migrations where name = '0001_foundation.sql' returning *`;
      const run = await mitoyen(['doctor'], healthy);
      await sql`insert into schema_migrations ${sql(row as object)}`;
      expect(run.code).toBe(1);
      expect(run.output).toContain('BAD   Schema: missing: 0001_foundation.sql');
      expect(run.output).toContain('Run `mitoyen migrate`.');
    });
  });

  it('refuses a superuser and an owner as the role that serves', async () => {
    const superuser = await mitoyen(['doctor'], { ...healthy, DATABASE_URL: database.superuserUrl });
    expect(superuser.code).toBe(1);
    expect(superuser.output).toMatch(/BAD {3}Application role: \S+ is a superuser, bypasses row-level security/);
    const url = new URL(database.ownerUrl);
    url.searchParams.set('application_name', 'another-address-of-the-owner');
    const owner = await mitoyen(['doctor'], { ...healthy, DATABASE_URL: url.href });
    expect(owner.code).toBe(1);
    expect(owner.output).toContain('BAD   Application role: mitoyen_owner owns tables');
  });

  it('says what is missing of the configuration, and that a broker does not answer', async () => {
    const run = await mitoyen(['doctor'], {
      ...healthy,
      MITOYEN_SECRET: 'short',
      MQTT_URL: `mqtt://127.0.0.1:${await anyFreePort()}`,
    });
    expect(run.code).toBe(1);
    expect(run.output).toContain('BAD   Configuration: incomplete');
    expect(run.output).toContain('MITOYEN_SECRET must hold at least 32 random bytes');
    expect(run.output).toMatch(/BAD {3}Broker: \S/);
  });

  it('warns of passwords in the clear, and notes that mails go nowhere', async () => {
    const run = await mitoyen(['doctor'], { ...healthy, PUBLIC_URL: 'http://alpes.example.org', SMTP_URL: '' });
    expect(run.code).toBe(1);
    expect(run.output).toContain('BAD   Encryption: PUBLIC_URL is plain http on another host');
    expect(run.output).toContain('note  Mail: SMTP_URL is not set');
  });
});
