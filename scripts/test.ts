/**
 * pnpm test [vitest's arguments]: every test, browser journeys included. The last line counts them for a machine to
 * read; the same counts go to the file that MITOYEN_TEST_REPORT names, if any.
 */
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { REPOSITORY } from './start/options.ts';
import { nodeTool, runTool } from './tools.ts';

interface VitestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly testResults: readonly {
    readonly status: string;
    readonly assertionResults: readonly { status: string }[];
  }[];
}

const report = process.env.MITOYEN_TEST_REPORT || join(REPOSITORY, 'tests', '.artifacts', 'results.json');
mkdirSync(dirname(report), { recursive: true });
rmSync(report, { force: true });

const args = process.argv.slice(2).filter((arg) => arg !== '--');
const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
const code = await runTool(nodeTool('vitest/vitest.mjs', 'run', ...reporters, ...args));

const counts = readCounts(report);
if (counts) console.log(`\n${counts.passed} passed, ${counts.failed} failed`);
process.exit(code === 0 && (!counts || counts.failed > 0) ? 1 : code);

/** A file that fails outside of its tests (a broken import, a hook) counts as one failure. */
function readCounts(file: string): { passed: number; failed: number } | undefined {
  try {
    const { numPassedTests, numFailedTests, testResults } = JSON.parse(readFileSync(file, 'utf8')) as VitestReport;
    const brokenFiles = testResults.filter(
      ({ status, assertionResults }) =>
        status === 'failed' && !assertionResults.some((assertion) => assertion.status === 'failed'),
    );
    return { passed: numPassedTests, failed: numFailedTests + brokenFiles.length };
  } catch {
    return undefined;
  }
}
