/**
 * pnpm test [vitest's arguments]: every test, browser journeys included. The last line counts them for a machine to
 * read; the report goes to the file that MITOYEN_TEST_REPORT names, else to tests/.artifacts.
 */
import { mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { REPOSITORY } from './start/options.ts';
import { countsLine, readCounts } from './test-counts.ts';
import { nodeTool, runTool } from './tools.ts';

const report = process.env.MITOYEN_TEST_REPORT || join(REPOSITORY, 'tests', '.artifacts', 'results.json');
mkdirSync(dirname(report), { recursive: true });
rmSync(report, { force: true });

const args = process.argv.slice(2).filter((arg) => arg !== '--');
const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
const code = await runTool(nodeTool('vitest/vitest.mjs', 'run', ...reporters, ...args));

const counts = readCounts(report);
console.log(`\n${countsLine(counts)}`);
process.exit(counts.failed > 0 ? 1 : code);
