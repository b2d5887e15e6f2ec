import { decimalOf } from '../money/money.ts';
import type { LocalDate } from '../time/types.ts';
import { type ChartOfAccounts, DEFAULT_ACCOUNTS, JOURNAL_LABELS } from './accounts.ts';
import type { LedgerEntry } from './types.ts';

/** LPF, art. A47 A-1: the eighteen columns, in their order. */
export const FEC_COLUMNS = [
  'JournalCode',
  'JournalLib',
  'EcritureNum',
  'EcritureDate',
  'CompteNum',
  'CompteLib',
  'CompAuxNum',
  'CompAuxLib',
  'PieceRef',
  'PieceDate',
  'EcritureLib',
  'Debit',
  'Credit',
  'EcritureLet',
  'DateLet',
  'ValidDate',
  'Montantdevise',
  'Idevise',
] as const;

const SEPARATORS = { tab: '\t', pipe: '|' } as const;
const RECORD_END = '\r\n';

/** `123456789FEC20271231.txt`: the SIREN and the last day of the exercise. */
export function fecFileName(siren: string, exerciseLastOn: LocalDate): string {
  if (!/^\d{9}$/.test(siren)) throw new RangeError(`not a SIREN: ${siren}`);
  return `${siren}FEC${exerciseLastOn.replaceAll('-', '')}.txt`;
}

/**
 * The file of an exercise: entries in the order of their validation, then of day, journal and number; those that are not
 * validated yet last. Tabs, pipes and line ends in texts become spaces. Amounts in euros have neither
 * amount nor currency in columns 17 and 18.
 */
export function writeFec(
  entries: readonly LedgerEntry[],
  options: { readonly separator?: keyof typeof SEPARATORS; readonly chart?: ChartOfAccounts } = {},
): string {
  const separator = SEPARATORS[options.separator ?? 'tab'];
  const labels = new Map(Object.values(options.chart ?? DEFAULT_ACCOUNTS).map(({ number, label }) => [number, label]));
  const rows = [...entries].sort(byValidation).flatMap((entry) =>
    entry.lines.map(({ account, auxiliary, debitMinor, creditMinor }) => {
      const isForeign = entry.currency !== 'EUR';
      return [
        entry.journal,
        JOURNAL_LABELS[entry.journal],
        String(entry.number),
        compact(entry.on),
        account,
        labels.get(account) ?? account,
        auxiliary?.code ?? '',
        auxiliary?.label ?? '',
        entry.pieceRef,
        compact(entry.pieceOn),
        entry.label,
        decimalOf(debitMinor, ','),
        decimalOf(creditMinor, ','),
        '',
        '',
        entry.validatedOn === null ? '' : compact(entry.validatedOn),
        isForeign ? decimalOf(debitMinor - creditMinor, ',') : '',
        isForeign ? entry.currency : '',
      ]
        .map(plain)
        .join(separator);
    }),
  );
  return [FEC_COLUMNS.join(separator), ...rows, ''].join(RECORD_END);
}

function byValidation(a: LedgerEntry, b: LedgerEntry): number {
  const keyOf = ({ validatedOn, on, journal }: LedgerEntry) => `${validatedOn ?? '9999-99-99'} ${on} ${journal}`;
  const [x, y] = [keyOf(a), keyOf(b)];
  return x < y ? -1 : x > y ? 1 : a.number - b.number;
}

function compact(date: LocalDate): string {
  return date.replaceAll('-', '');
}

function plain(text: string): string {
  return text.replace(/[\s|]+/g, ' ').trim();
}

/** What ISO 8859-15 has in place of eight signs of ISO 8859-1. */
const LATIN_9: ReadonlyMap<string, number> = new Map([
  ['€', 0xa4],
  ['Š', 0xa6],
  ['š', 0xa8],
  ['Ž', 0xb4],
  ['ž', 0xb8],
  ['Œ', 0xbc],
  ['œ', 0xbd],
  ['Ÿ', 0xbe],
]);
const LATIN_1_ONLY = '¤¦¨´¸¼½¾';
const PLAIN_SIGNS: Readonly<Record<string, string>> = {
  '’': "'",
  '‘': "'",
  '“': '"',
  '”': '"',
  '–': '-',
  '—': '-',
  '…': '...',
  '\u202f': ' ',
};

/**
 * The bytes of the file in ISO 8859-15, one of the character sets of A47 A-1. Typographic signs become plain ones, other
 * letters lose their accents where that helps; what is left is a question mark.
 */
export function encodeFec(text: string): Uint8Array {
  const bytes: number[] = [];
  const put = (sign: string): boolean => {
    const code = sign.codePointAt(0) as number;
    const byte = LATIN_9.get(sign) ?? (code < 0x100 && !LATIN_1_ONLY.includes(sign) ? code : undefined);
    if (byte === undefined) return false;
    bytes.push(byte);
    return true;
  };
  for (const sign of text) {
    if (put(sign)) continue;
    const plainer = PLAIN_SIGNS[sign] ?? sign.normalize('NFKD').replace(/\p{M}/gu, '');
    const isPut = plainer !== sign && plainer !== '' && [...plainer].every(put);
    if (!isPut) bytes.push(0x3f);
  }
  return Uint8Array.from(bytes);
}

export interface FecProblem {
  /** From 1; 0: the file as a whole. */
  readonly line: number;
  readonly kind:
    | 'file_name'
    | 'header'
    | 'columns'
    | 'empty_field'
    | 'not_a_date'
    | 'not_an_amount'
    | 'both_sides'
    | 'not_an_account'
    | 'outside_exercise'
    | 'sequence'
    | 'entry_out_of_balance'
    | 'file_out_of_balance'
    | 'out_of_order';
}

const FILLED: readonly number[] = [0, 1, 2, 3, 4, 5, 8, 9, 10, 11, 12];
const DATES: readonly number[] = [3, 9, 14, 15];

/**
 * What an inspector's program would find: name of the file, header, eighteen columns, fields that may not be empty,
 * dates `AAAAMMJJ`, amounts with a comma, one side of a line, accounts of three digits and more, days in the exercise,
 * numbers without a gap in each journal, entries and file in balance, order of validation.
 */
export function checkFec(
  file: { readonly name: string; readonly text: string },
  exercise: { readonly siren: string; readonly firstOn: LocalDate; readonly lastOn: LocalDate },
): FecProblem[] {
  const problems: FecProblem[] = [];
  const found = (line: number, kind: FecProblem['kind']) => problems.push({ line, kind });
  if (file.name !== fecFileName(exercise.siren, exercise.lastOn)) found(0, 'file_name');
  const [header = '', ...rows] = file.text.replace(/\r?\n$/, '').split(/\r?\n/);
  const separator = header.includes('\t') ? '\t' : '|';
  if (header !== FEC_COLUMNS.join(separator)) found(1, 'header');

  const balances = new Map<string, number>();
  const numbers = new Map<string, Set<number>>();
  let total = 0;
  let lastValidated = '';
  for (const [index, row] of rows.entries()) {
    const line = index + 2;
    const fields = row.split(separator);
    if (fields.length !== FEC_COLUMNS.length) {
      found(line, 'columns');
      continue;
    }
    const field = (at: number) => fields[at] as string;
    if (FILLED.some((at) => field(at) === '')) found(line, 'empty_field');
    if (DATES.some((at) => field(at) !== '' && !isCompactDate(field(at)))) found(line, 'not_a_date');
    if (field(3) < compact(exercise.firstOn) || field(3) > compact(exercise.lastOn)) found(line, 'outside_exercise');
    if (!/^\d{3}/.test(field(4))) found(line, 'not_an_account');
    const [debit, credit] = [amountOf(field(11)), amountOf(field(12))];
    if (debit === null || credit === null) {
      found(line, 'not_an_amount');
      continue;
    }
    if (debit !== 0 && credit !== 0) found(line, 'both_sides');
    const validated = field(15) === '' ? '99999999' : field(15);
    if (validated < lastValidated) found(line, 'out_of_order');
    lastValidated = validated;
    const key = `${field(0)} ${field(2)}`;
    balances.set(key, (balances.get(key) ?? 0) + debit - credit);
    total += debit - credit;
    const ofJournal = numbers.get(field(0)) ?? new Set();
    numbers.set(field(0), ofJournal.add(Number(field(2))));
  }
  for (const [, balance] of balances) if (balance !== 0) found(0, 'entry_out_of_balance');
  if (total !== 0) found(0, 'file_out_of_balance');
  for (const ofJournal of numbers.values()) {
    if (ofJournal.size > 0 && Math.max(...ofJournal) - Math.min(...ofJournal) !== ofJournal.size - 1)
      found(0, 'sequence');
  }
  return problems;
}

function isCompactDate(text: string): boolean {
  if (!/^\d{8}$/.test(text)) return false;
  try {
    Temporal.PlainDate.from(`${text.slice(0, 4)}-${text.slice(4, 6)}-${text.slice(6)}`);
    return true;
  } catch {
    return false;
  }
}

/** Cents of `1234,56`; null for what is no amount. */
function amountOf(text: string): number | null {
  const parts = /^(\d{1,13})(?:,(\d{1,2}))?$/.exec(text);
  return parts === null ? null : Number(parts[1]) * 100 + Number((parts[2] ?? '').padEnd(2, '0'));
}
