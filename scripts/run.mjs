import { run } from './bootstrap.mjs';

const [name, ...args] = process.argv.slice(2);
await run(name, args);
