import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { migrate } from '@mitoyen/db';
import { createNetwork, createStaff } from './create.ts';
import { examine } from './doctor.ts';
import { findInstallation, UsageError } from './installation.ts';
import { lastMail } from './last-mail.ts';
import { addDemoNetwork } from './seed.ts';

const HELP = `mitoyen: memberships, bookings and doors of shared work places

  mitoyen start [options]                              run the product (mitoyen start --help)
  mitoyen migrate                                      bring the database's schema up to date
  mitoyen seed                                         add the demo network to the database
  mitoyen create-network SLUG --name NAME [--hostname HOST]...
  mitoyen create-admin EMAIL --network SLUG [--name NAME] [--role manager|administrator]
  mitoyen last-mail ADDRESS                            show the last mail to an address, where none leave (no SMTP_URL)
  mitoyen doctor                                       say what is wrong and how to mend it

  --data DIR   the data folder of an installation of pnpm start (.data)
  DATABASE_OWNER_URL, DATABASE_URL… name another one: see docs/operations.md
`;

const START = fileURLToPath(new URL('../../../scripts/start.mjs', import.meta.url));

async function main(args: string[]): Promise<number> {
  const [command, ...rest] = args;
  if (command === 'start') return runStart(rest);
  const { values, positionals } = parseArgs({
    args: rest,
    allowPositionals: true,
    options: {
      data: { type: 'string', default: process.env.MITOYEN_DATA ?? '.data' },
      name: { type: 'string' },
      hostname: { type: 'string', multiple: true, default: [] },
      network: { type: 'string' },
      role: { type: 'string', default: 'administrator' },
    },
  });
  const [subject] = positionals;
  switch (command) {
    case 'migrate': {
      const { applied, total } = await migrate(findInstallation(process.env, values.data).ownerUrl);
      console.log(
        applied.length === 0 ? `The schema is up to date (${total} migrations).` : `Applied: ${applied.join(', ')}.`,
      );
      return 0;
    }
    case 'seed': {
      const demoPassword = randomBytes(12).toString('base64url');
      const { isNew, logins } = await addDemoNetwork(findInstallation(process.env, values.data), {
        dataDir: resolve(values.data),
        mqttUrl: process.env.MQTT_URL ?? 'mqtt://127.0.0.1:1883',
        demoPassword,
      });
      if (isNew) {
        console.log(`The demo network is there. Password of its accounts, shown this once: ${demoPassword}`);
        for (const { role, email } of logins) console.log(`  ${role.padEnd(15)} ${email}`);
      } else {
        console.log('The demo network was there already; nothing was changed.');
      }
      return 0;
    }
    case 'create-network': {
      if (subject === undefined || values.name === undefined)
        throw new UsageError('Give a slug and a name: mitoyen create-network alpes --name "Lieux des Alpes".');
      const { ownerUrl } = findInstallation(process.env, values.data);
      await createNetwork(ownerUrl, { slug: subject, name: values.name, hostnames: values.hostname });
      console.log(
        `Network "${subject}" is there. Next: mitoyen create-admin you@example.org --network ${subject} --role manager`,
      );
      return 0;
    }
    case 'create-admin': {
      const { role } = values;
      if (subject === undefined || values.network === undefined)
        throw new UsageError('Give an address and a network: mitoyen create-admin you@example.org --network alpes.');
      if (role !== 'manager' && role !== 'administrator') throw new UsageError('--role is manager or administrator.');
      const { ownerUrl } = findInstallation(process.env, values.data);
      const displayName = values.name ?? subject.split('@')[0] ?? subject;
      const { password } = await createStaff(ownerUrl, {
        networkSlug: values.network,
        email: subject,
        displayName,
        role,
      });
      console.log(
        password === null
          ? `${subject} had an account and now is ${role} of "${values.network}".`
          : `${subject} is ${role} of "${values.network}". Password, shown this once: ${password}`,
      );
      return 0;
    }
    case 'last-mail': {
      if (subject === undefined) throw new UsageError('Give an address: mitoyen last-mail you@example.org.');
      console.log(await lastMail(findInstallation(process.env, values.data).ownerUrl, subject));
      return 0;
    }
    case 'doctor': {
      const findings = await examine(process.env, values.data);
      const marks = { good: 'ok  ', note: 'note', bad: 'BAD ' };
      for (const { what, state, detail, fix } of findings) {
        console.log(`${marks[state]}  ${what}: ${detail}`);
        if (fix !== undefined && state !== 'good') console.log(`      ${fix.replaceAll('\n', '\n      ')}`);
      }
      return findings.some(({ state }) => state === 'bad') ? 1 : 0;
    }
    case undefined:
    case 'help':
    case '--help':
    case '-h':
      console.log(HELP);
      return 0;
    default:
      throw new UsageError(`There is no command "${command}".\n\n${HELP}`);
  }
}

function runStart(args: string[]): Promise<number> {
  const child = spawn(process.execPath, [START, ...args], { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
  return new Promise((resolve) => child.once('exit', (code) => resolve(code ?? 1)));
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  const isTheirs = error instanceof UsageError || (error as { code?: string }).code?.startsWith('ERR_PARSE_ARGS');
  console.error(isTheirs ? (error as Error).message : error);
  process.exitCode = isTheirs ? 2 : 1;
}
