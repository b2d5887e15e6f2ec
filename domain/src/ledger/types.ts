import type { LocalDate } from '../time/types.ts';

/** Sales, bank, cash, payment provider, everything else. */
export type JournalCode = 'VE' | 'BQ' | 'CA' | 'PR' | 'OD';

/** Of a third party's account: whom it is about. */
export interface Auxiliary {
  readonly code: string;
  readonly label: string;
}

export interface LedgerLine {
  readonly account: string;
  readonly auxiliary: Auxiliary | null;
  /** One of the two is zero, the other above it. */
  readonly debitMinor: number;
  readonly creditMinor: number;
}

/** An entry to write. Its debits are its credits. */
export interface EntryDraft {
  readonly journal: JournalCode;
  /** The day that it counts for. */
  readonly on: LocalDate;
  readonly pieceRef: string;
  readonly pieceOn: LocalDate;
  readonly label: string;
  readonly currency: string;
  readonly lines: readonly LedgerLine[];
}

/** A written entry: numbered without a gap in its journal and exercise, never changed. */
export interface LedgerEntry extends EntryDraft {
  readonly number: number;
  /** The day on which it became final (validated); null while its period is open. */
  readonly validatedOn: LocalDate | null;
}
