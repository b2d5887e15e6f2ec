import { daysBetween } from '../plans/periods.ts';
import type { LocalDate, Outcome } from '../time/types.ts';

export interface BankLine {
  /** From 1, the line of the file. */
  readonly row: number;
  readonly on: LocalDate;
  readonly label: string;
  /** Above zero: money that came. */
  readonly amountMinor: number;
}

/** Which column of a bank's file is what, from 0. One column of signed amounts, or two of debits and credits. */
export interface BankCsvFormat {
  readonly separator: ';' | ',' | '\t';
  readonly headerRows: number;
  readonly date: number;
  readonly dateOrder: 'dmy' | 'ymd';
  readonly label: number;
  readonly amount: number | { readonly debit: number; readonly credit: number };
}

export interface BankCsv {
  readonly lines: readonly BankLine[];
  readonly problems: readonly {
    readonly row: number;
    readonly kind: 'not_a_date' | 'not_an_amount' | 'too_few_columns';
  }[];
}

/** Reads a bank's export. Lines that cannot be read are named and left out; nothing is guessed. */
export function readBankCsv(text: string, format: BankCsvFormat): BankCsv {
  const lines: BankLine[] = [];
  const problems: BankCsv['problems'][number][] = [];
  const columns = typeof format.amount === 'number' ? [format.amount] : [format.amount.debit, format.amount.credit];
  const needed = Math.max(format.date, format.label, ...columns);
  for (const { row, fields } of csvRecords(text.replace(/^\uFEFF/, ''), format.separator).slice(format.headerRows)) {
    if (fields.length <= needed) {
      problems.push({ row, kind: 'too_few_columns' });
      continue;
    }
    const field = (at: number) => (fields[at] ?? '').trim();
    const on = dateOf(field(format.date), format.dateOrder);
    const amounts = columns.map((column) => (field(column) === '' ? 0 : bankAmount(field(column))));
    const [first = null, second = 0] = amounts;
    if (on === null) problems.push({ row, kind: 'not_a_date' });
    else if (first === null || second === null || (first === 0 && second === 0))
      problems.push({ row, kind: 'not_an_amount' });
    else {
      // Some banks write debits below zero, some do not.
      const amountMinor = typeof format.amount === 'number' ? first : Math.abs(second) - Math.abs(first);
      lines.push({ row, on, label: field(format.label).replace(/\s+/g, ' '), amountMinor });
    }
  }
  return { lines, problems };
}

/** RFC 4180, with any separator; empty lines are left out. */
function csvRecords(text: string, separator: string): { readonly row: number; readonly fields: string[] }[] {
  const records: { row: number; fields: string[] }[] = [];
  let fields: string[] = [];
  let field = '';
  let isQuoted = false;
  let row = 1;
  let startedAt = 1;
  const end = () => {
    fields.push(field);
    field = '';
    if (fields.length > 1 || fields[0] !== '') records.push({ row: startedAt, fields });
    fields = [];
  };
  for (let at = 0; at < text.length; at++) {
    const sign = text[at] as string;
    if (sign === '\n') row++;
    if (isQuoted) {
      if (sign !== '"') field += sign;
      else if (text[at + 1] === '"') {
        field += '"';
        at++;
      } else isQuoted = false;
    } else if (sign === '"' && field === '') isQuoted = true;
    else if (sign === separator) {
      fields.push(field);
      field = '';
    } else if (sign === '\n') {
      end();
      startedAt = row;
    } else if (sign !== '\r') field += sign;
  }
  end();
  return records;
}

function dateOf(text: string, order: BankCsvFormat['dateOrder']): LocalDate | null {
  const parts = /^(\d{1,4})[/.-](\d{1,2})[/.-](\d{2,4})$/.exec(text);
  if (parts === null) return null;
  const [, a, month, c] = parts as unknown as [string, string, string, string];
  const [year, day] = order === 'dmy' ? [c, a] : [a, c];
  const full = year.length === 2 ? `20${year}` : year;
  try {
    const date = `${full}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
    return Temporal.PlainDate.from(date, { overflow: 'reject' }).toString();
  } catch {
    return null;
  }
}

/** `1 234,56`, `-12.5`, `+3`: cents. The last comma or point is the decimal sign. */
function bankAmount(text: string): number | null {
  const parts = /^([+-]?)(\d+)(?:[.,](\d{1,2}))?$/.exec(text.replace(/[\s\u202f\u00a0€]/g, ''));
  if (parts === null) return null;
  const [, sign, whole, cents = ''] = parts as unknown as [string, string, string, string?];
  const minor = Number(whole) * 100 + Number(cents.padEnd(2, '0'));
  return sign === '-' ? -minor : minor;
}

/** Something that waits for money: an invoice, a payout of the provider, a deposit of cheques. */
export interface OpenItem {
  readonly id: string;
  readonly kind: 'invoice' | 'payout' | 'deposit' | 'refund';
  /** What payers write: the number of the document, the reference of a payout. */
  readonly reference: string;
  readonly name: string;
  /** As on the bank's side: above zero comes. */
  readonly amountMinor: number;
  readonly since: LocalDate;
}

/** `certain`: reference and amount. `likely`: name and amount, or reference and a part of the amount. `possible`: amount alone. */
export interface MatchProposal {
  readonly row: number;
  readonly itemIds: readonly string[];
  readonly confidence: 'certain' | 'likely' | 'possible';
  readonly reason:
    | 'reference_and_amount'
    | 'references_and_sum'
    | 'name_and_amount'
    | 'reference_and_part'
    | 'amount_only';
}

/** A payment comes no earlier than so many days before the item and no later than so many after it, on the amount alone. */
const AMOUNT_ONLY_DAYS = 60;

/**
 * What each line of the bank may be. One proposal a line at most, the strongest; an item is proposed `certain` or
 * `likely` to one line only, the first of them; `possible` only where one item alone has that amount. They are proposals: a
 * person confirms them. Lines without one are left out.
 */
export function proposeMatches(lines: readonly BankLine[], items: readonly OpenItem[]): MatchProposal[] {
  const taken = new Set<string>();
  const proposals: MatchProposal[] = [];
  const finders: readonly ((line: BankLine, free: readonly OpenItem[]) => Omit<MatchProposal, 'row'> | null)[] = [
    (line, free) => {
      const [item] = free.filter((each) => mentions(line, each.reference) && each.amountMinor === line.amountMinor);
      return item === undefined ? null : { itemIds: [item.id], confidence: 'certain', reason: 'reference_and_amount' };
    },
    (line, free) => {
      const named = free.filter((each) => mentions(line, each.reference));
      const sum = named.reduce((total, { amountMinor }) => total + amountMinor, 0);
      return named.length > 1 && sum === line.amountMinor
        ? { itemIds: named.map(({ id }) => id), confidence: 'certain', reason: 'references_and_sum' }
        : null;
    },
    (line, free) => {
      const named = free.filter((each) => each.amountMinor === line.amountMinor && mentions(line, each.name));
      const [item] = named;
      return item === undefined || named.length > 1
        ? null
        : { itemIds: [item.id], confidence: 'likely', reason: 'name_and_amount' };
    },
    (line, free) => {
      const [item] = free.filter(
        (each) =>
          mentions(line, each.reference) &&
          Math.sign(each.amountMinor) === Math.sign(line.amountMinor) &&
          Math.abs(line.amountMinor) < Math.abs(each.amountMinor),
      );
      return item === undefined ? null : { itemIds: [item.id], confidence: 'likely', reason: 'reference_and_part' };
    },
    (line, free) => {
      const same = free.filter((each) => each.amountMinor === line.amountMinor && isNear(line, each));
      const [item] = same;
      return item === undefined || same.length > 1
        ? null
        : { itemIds: [item.id], confidence: 'possible', reason: 'amount_only' };
    },
  ];
  const matched = new Set<number>();
  for (const find of finders) {
    for (const line of lines) {
      if (matched.has(line.row)) continue;
      const proposal = find(
        line,
        items.filter(({ id }) => !taken.has(id)),
      );
      if (proposal === null) continue;
      matched.add(line.row);
      proposals.push({ row: line.row, ...proposal });
      if (proposal.reason !== 'reference_and_part') for (const id of proposal.itemIds) taken.add(id);
    }
  }
  return proposals.sort((a, b) => a.row - b.row);
}

/** Whether the label holds the text, letters and digits alone counting: banks drop signs and change case. */
function mentions({ label }: BankLine, text: string): boolean {
  const needle = letters(text);
  return needle.length >= 4 && letters(label).includes(needle);
}

function letters(text: string): string {
  return text
    .normalize('NFD')
    .toUpperCase()
    .replace(/[^A-Z0-9]/g, '');
}

function isNear({ on }: BankLine, { since }: OpenItem): boolean {
  const days = daysBetween(since, on);
  return days >= -1 && days <= AMOUNT_ONLY_DAYS;
}

/** What a payout of the provider must be made of: charges less refunds and fees. Refused with the difference. */
export function checkPayout(
  payoutMinor: number,
  parts: readonly { readonly amountMinor: number; readonly feeMinor: number }[],
): Outcome<number, 'payout_differs', { readonly differenceMinor: number }> {
  const expected = parts.reduce((sum, { amountMinor, feeMinor }) => sum + amountMinor - feeMinor, 0);
  return expected === payoutMinor
    ? { ok: true, value: payoutMinor }
    : { ok: false, reason: 'payout_differs', detail: { differenceMinor: payoutMinor - expected } };
}
