// node scripts/run.mjs FILE.ts [arguments]: any TypeScript file of the repository, under the Node that it is written for.
import { run } from './bootstrap.mjs';

const [script, ...args] = process.argv.slice(2);
run(script, args);
