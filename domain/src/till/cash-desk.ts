import { sumMinor } from '../money/money.ts';
import { meanTotals } from './closings.ts';
import type { MeanTotal, TillRecord } from './types.ts';

/** Notes and coins of the euro, in cents, the largest first. */
export const EURO_PIECES = [50_000, 20_000, 10_000, 5_000, 2_000, 1_000, 500, 200, 100, 50, 20, 10, 5, 2, 1] as const;

/** Cash put in or taken out beside the takings: change brought from the bank (above zero), a deposit there (below). */
export interface CashMovement {
  readonly amountMinor: number;
  readonly reason: string;
}

export interface CashCount {
  /** Pieces by their value in minor units. */
  readonly pieces: ReadonlyMap<number, number>;
}

export interface CashDeskClosing {
  readonly floatMinor: number;
  readonly byMean: readonly MeanTotal[];
  readonly cashTakingsMinor: number;
  readonly movementsMinor: number;
  /** What should be there: float, cash takings and movements. */
  readonly expectedMinor: number;
  readonly countedMinor: number;
  /** Counted less expected: below zero, something is missing. It is written down, never smoothed over. */
  readonly differenceMinor: number;
  /** To take to the bank so that the float is left for tomorrow; zero when there is less than the float. */
  readonly toBankMinor: number;
}

/** The count of a cash desk at the end of a day against its records of the day. */
export function closeCashDesk(
  floatMinor: number,
  records: readonly TillRecord[],
  movements: readonly CashMovement[],
  count: CashCount,
): CashDeskClosing {
  const byMean = meanTotals(records.flatMap(({ payments }) => payments));
  const cashTakingsMinor = byMean.find(({ mean }) => mean === 'cash')?.amountMinor ?? 0;
  const movementsMinor = sumMinor(movements.map(({ amountMinor }) => amountMinor));
  const expectedMinor = floatMinor + cashTakingsMinor + movementsMinor;
  const countedMinor = sumMinor([...count.pieces].map(([value, pieces]) => value * pieces));
  return {
    floatMinor,
    byMean,
    cashTakingsMinor,
    movementsMinor,
    expectedMinor,
    countedMinor,
    differenceMinor: countedMinor - expectedMinor,
    toBankMinor: Math.max(0, countedMinor - floatMinor),
  };
}
