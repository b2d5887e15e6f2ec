import type { Measurement } from './main.ts';

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1
    ? (sorted[middle] as number)
    : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2;
}

/** The value below which `share` (0-1) of the samples lie. */
export function quantile(samples: readonly number[], share: number): number {
  const sorted = [...samples].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] as number;
}

/**
 * Measures a subject and its baseline in turns, so that a machine that slows down slows both: a warm-up of each, then `rounds` pairs.
 * `value`, `baseline` and `ratio` are medians; the ratio is taken pair by pair.
 */
export async function againstBaseline(options: {
  readonly rounds: number;
  readonly unit: string;
  readonly note: string;
  readonly subject: (round: number) => Promise<number> | number;
  readonly baseline: (round: number) => Promise<number> | number;
}): Promise<Measurement> {
  await options.subject(-1);
  await options.baseline(-1);
  const values: number[] = [];
  const baselines: number[] = [];
  for (let round = 0; round < options.rounds; round++) {
    values.push(await options.subject(round));
    baselines.push(await options.baseline(round));
  }
  const value = median(values);
  return {
    value,
    unit: options.unit,
    baseline: median(baselines),
    ratio: median(values.map((each, round) => each / (baselines[round] as number))),
    spread: (Math.max(...values) - Math.min(...values)) / value,
    note: options.note,
  };
}
