import { readdir } from 'node:fs/promises';
import { parseArgs } from 'node:util';

export interface Measurement {
  /** In `unit`; higher or lower is better as the note says. */
  readonly value: number;
  readonly unit: string;
  /** The same quantity for a raw way to do the same thing, measured in turns with it in this run. */
  readonly baseline: number;
  /** `value / baseline`. */
  readonly ratio: number;
  /** (largest - smallest) / median over the rounds. */
  readonly spread: number;
  readonly note: string;
}

export interface Bench {
  readonly name: string;
  run(): Promise<Measurement>;
}

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    only: { type: 'string', multiple: true, default: [] },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  console.log('pnpm bench [--json] [--only NAME]...   measures against a raw baseline in the same run');
  process.exit(0);
}

const folder = new URL('./benches/', import.meta.url);
const benches: Bench[] = [];
for (const file of (await readdir(folder)).sort()) {
  const module = (await import(new URL(file, folder).href)) as { default: Bench | Bench[] };
  benches.push(...[module.default].flat());
}
const unknown = values.only.filter((name) => !benches.some((bench) => bench.name === name));
if (unknown.length > 0) {
  console.error(`No bench is called ${unknown.join(', ')}. There are: ${benches.map(({ name }) => name).join(', ')}.`);
  process.exit(2);
}

const results: Record<string, Measurement> = {};
for (const bench of benches) {
  if (values.only.length > 0 && !values.only.includes(bench.name)) continue;
  const measured = await bench.run();
  results[bench.name] = measured;
  if (!values.json) {
    const { value, unit, baseline, ratio, spread, note } = measured;
    console.log(
      `${bench.name.padEnd(24)} ${format(value)} ${unit}, baseline ${format(baseline)}, ratio ${format(ratio)}, spread ${format(spread)}`,
    );
    console.log(`${' '.repeat(24)} ${note}`);
  }
}
if (values.json) console.log(JSON.stringify(results, null, 2));
// Idle pools and brokers of a bench must not keep the command from ending.
process.exit(0);

function format(value: number): string {
  return value.toLocaleString('en', { maximumSignificantDigits: 4 });
}
