/**
 * How often a long run repeats itself: `bounded` under `pnpm test`, `full` under `pnpm soak`. The assertions are the same.
 */
export const soak = (bounded: number, full: number): number => (process.env.SOAK === '1' ? full : bounded);
