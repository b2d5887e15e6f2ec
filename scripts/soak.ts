/** pnpm soak [NAME...]: the long forms of tests that `pnpm test` runs bounded, one after the other. docs/measurements.md has figures. */
import { seconds } from './start/console.ts';
import { nodeTool, runTool } from './tools.ts';

interface Soak {
  readonly what: string;
  readonly project: string;
  readonly file: string;
  /** Part of the tests' names; all of the file without it. */
  readonly tests?: string;
}

const SOAKS: Readonly<Record<string, Soak>> = {
  'contended-booking': {
    what: '2,000 attempts on few slots by two servers, the database killed once',
    project: 'server',
    file: 'tests/server/contended-booking.test.ts',
  },
  'schedule-race': {
    what: 'two hosts and ten members change and book one space at once, 5,000 operations on two servers',
    project: 'server',
    file: 'tests/server/schedule-race.test.ts',
  },
  'schedule-preview': {
    what: '200 random changes of hours: the preview says what the change then does',
    project: 'server',
    file: 'tests/server/schedule-preview.test.ts',
  },
  'dying-database': {
    what: 'twenty clients of one pool, the database killed 300 times',
    project: 'db',
    file: 'tests/db/dying-database.test.ts',
  },
  'api-fuzz': {
    what: '1,000 hostile requests to every route of the API',
    project: 'server',
    file: 'tests/server/openapi.test.ts',
    tests: 'no input',
  },
  'bridge-kill': {
    what: 'a bridge killed 200 times in the middle of its writes',
    project: 'bridge',
    file: 'tests/bridge/process.test.ts',
    tests: 'killed in the middle of writes',
  },
  'protocol-fuzz': {
    what: '200,000 malformed or hostile payloads',
    project: 'bridge',
    file: 'tests/bridge/protocol.test.ts',
    tests: 'hostile input',
  },
};

const HOUR_MS = 3_600_000;

const wanted = process.argv.slice(2).filter((name) => name !== '--');
const unknown = wanted.filter((name) => !(name in SOAKS));
if (unknown.length > 0 || wanted.includes('--help')) {
  console.error(`pnpm soak [NAME...]\n`);
  for (const [name, { what }] of Object.entries(SOAKS)) console.error(`  ${name.padEnd(20)} ${what}`);
  process.exit(2);
}

const failures: string[] = [];
for (const [name, { what, project, file, tests }] of Object.entries(SOAKS)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  console.log(`\n=== ${name}: ${what}`);
  const startedAt = performance.now();
  const filter = tests === undefined ? [] : ['-t', tests];
  const tool = nodeTool(
    'vitest/vitest.mjs',
    'run',
    `--project=${project}`,
    file,
    `--testTimeout=${HOUR_MS}`,
    ...filter,
  );
  const code = await runTool(tool, { SOAK: '1' });
  console.log(`=== ${name}: ${code === 0 ? 'passed' : 'FAILED'} in ${seconds(performance.now() - startedAt)}`);
  if (code !== 0) failures.push(name);
}
if (failures.length > 0) console.error(`\nFailed: ${failures.join(', ')}`);
process.exit(failures.length > 0 ? 1 : 0);
