/**
 * ci-summary.ts FAILED_STEPS REPORT...: one line for several runs of the tests; exit 0 only if all is well.
 * A step that failed without a failing test (the install of a service, the formatter) counts as one failure.
 */
import { countsLine, readCounts } from './test-counts.ts';

const [failedSteps, ...reports] = process.argv.slice(2);
const runs = reports.map(readCounts);
const passed = runs.reduce((sum, run) => sum + run.passed, 0);
const failed = runs.reduce((sum, run) => sum + run.failed, 0) || Number(failedSteps);
console.log(countsLine({ passed, failed }));
process.exit(failed === 0 && passed > 0 ? 0 : 1);
