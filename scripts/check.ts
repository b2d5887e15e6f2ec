/** pnpm check: format, lint, types, and the drift between the schema's code and its migrations. */
import { seconds } from './start/console.ts';
import { captureTool, nodeTool, pnpm, type Tool } from './tools.ts';

const checks: readonly (readonly [string, Tool])[] = [
  ['format and lint', nodeTool('@biomejs/biome/bin/biome', 'ci', '--error-on-warnings', '.')],
  ['types', nodeTool('typescript/bin/tsc', '-p', 'tsconfig.json')],
  ['pages: types and format', pnpm('--filter', '@mitoyen/web', 'run', 'check')],
  ['architecture', nodeTool('vitest/vitest.mjs', 'run', '--project=domain', 'tests/domain/architecture.test.ts')],
  ['schema drift', nodeTool('vitest/vitest.mjs', 'run', '--project=db', 'tests/db/drift.test.ts')],
];

const failures: string[] = [];
for (const [name, tool] of checks) {
  const startedAt = performance.now();
  const { code, output } = await captureTool(tool);
  const isGood = code === 0;
  console.log(`  ${isGood ? '✓' : '✗'} ${name.padEnd(32)} ${seconds(performance.now() - startedAt).padStart(7)}`);
  if (!isGood) {
    failures.push(name);
    console.log(`${output.trimEnd()}\n`);
  }
}
if (failures.length > 0) {
  console.log(`Not in order: ${failures.join(', ')}. \`pnpm format\` repairs what is only form.`);
  process.exit(1);
}
