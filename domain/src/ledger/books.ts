import { sumMinor } from '../money/money.ts';
import type { LocalDate, Outcome } from '../time/types.ts';
import type { EntryDraft, JournalCode, LedgerEntry } from './types.ts';

export type EntryProblem = 'no_lines' | 'out_of_balance' | 'not_an_amount';

/** What is wrong with an entry, wherever it comes from. Entries made by `entryOf` have nothing wrong with them. */
export function checkEntry({ lines }: EntryDraft): EntryProblem[] {
  const problems: EntryProblem[] = [];
  if (lines.length < 2) problems.push('no_lines');
  const isAmount = (minor: number) => Number.isSafeInteger(minor) && minor >= 0;
  if (
    !lines.every(
      (line) =>
        isAmount(line.debitMinor) && isAmount(line.creditMinor) && (line.debitMinor === 0) !== (line.creditMinor === 0),
    )
  ) {
    problems.push('not_an_amount');
  }
  if (sumMinor(lines.map((line) => line.debitMinor - line.creditMinor)) !== 0) problems.push('out_of_balance');
  return problems;
}

/** What the books are closed through, and the exercise that is open. Both days are closed. */
export interface BooksState {
  readonly exerciseFirstOn: LocalDate;
  readonly exerciseLastOn: LocalDate;
  /** Null: nothing is closed yet. */
  readonly closedThroughOn: LocalDate | null;
}

/**
 * Whether an entry may be written for a day: never into a closed period, never outside the exercise. What happened in a
 * closed period and comes to light later is booked on a day that is open, with the date of its own piece.
 */
export function mayPost(books: BooksState, on: LocalDate): Outcome<LocalDate, 'period_closed' | 'outside_exercise'> {
  if (on < books.exerciseFirstOn || on > books.exerciseLastOn) return { ok: false, reason: 'outside_exercise' };
  if (books.closedThroughOn !== null && on <= books.closedThroughOn) return { ok: false, reason: 'period_closed' };
  return { ok: true, value: on };
}

/** Closes the books through a day: only forwards, and only when every entry up to it is in balance. */
export function closeBooks(
  books: BooksState,
  entries: readonly LedgerEntry[],
  throughOn: LocalDate,
  today: LocalDate,
): Outcome<
  { readonly books: BooksState; readonly entries: readonly LedgerEntry[] },
  'already_closed' | 'outside_exercise' | 'not_over' | 'out_of_balance'
> {
  if (throughOn < books.exerciseFirstOn || throughOn > books.exerciseLastOn)
    return { ok: false, reason: 'outside_exercise' };
  if (books.closedThroughOn !== null && throughOn <= books.closedThroughOn)
    return { ok: false, reason: 'already_closed' };
  if (throughOn >= today) return { ok: false, reason: 'not_over' };
  const isOf = ({ on }: LedgerEntry) => on <= throughOn;
  if (entries.filter(isOf).some((entry) => checkEntry(entry).length > 0))
    return { ok: false, reason: 'out_of_balance' };
  return {
    ok: true,
    value: {
      books: { ...books, closedThroughOn: throughOn },
      entries: entries.map((entry) =>
        isOf(entry) && entry.validatedOn === null ? { ...entry, validatedOn: today } : entry,
      ),
    },
  };
}

/** The number of the next entry of a journal in an exercise. */
export function nextEntryNumber(
  entries: readonly Pick<LedgerEntry, 'journal' | 'number'>[],
  journal: JournalCode,
): number {
  return entries.reduce((last, entry) => (entry.journal === journal ? Math.max(last, entry.number) : last), 0) + 1;
}

export interface AccountBalance {
  readonly account: string;
  readonly debitMinor: number;
  readonly creditMinor: number;
  /** Debits less credits. */
  readonly balanceMinor: number;
}

/** The trial balance of some days, by account number: debits of all accounts are their credits. */
export function trialBalance(
  entries: readonly EntryDraft[],
  span: { readonly firstOn: LocalDate; readonly lastOn: LocalDate } | null = null,
): AccountBalance[] {
  const lines = entries
    .filter(({ on }) => span === null || (span.firstOn <= on && on <= span.lastOn))
    .flatMap((entry) => entry.lines);
  return [...Map.groupBy(lines, ({ account }) => account)]
    .map(([account, of]) => {
      const debitMinor = sumMinor(of.map((line) => line.debitMinor));
      const creditMinor = sumMinor(of.map((line) => line.creditMinor));
      return { account, debitMinor, creditMinor, balanceMinor: debitMinor - creditMinor };
    })
    .sort((a, b) => (a.account < b.account ? -1 : 1));
}

/** What a third party owes (above zero) or is owed on an account. */
export function balanceWith(entries: readonly EntryDraft[], account: string, code: string): number {
  return sumMinor(
    entries
      .flatMap(({ lines }) => lines)
      .filter((line) => line.account === account && line.auxiliary?.code === code)
      .map((line) => line.debitMinor - line.creditMinor),
  );
}
