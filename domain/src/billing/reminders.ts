import { mulDiv } from '../money/money.ts';
import { daysBetween } from '../plans/periods.ts';
import { thresholdOn } from '../pricing/vat.ts';
import type { LocalDate } from '../time/types.ts';
import type { Buyer } from './types.ts';

/** A letter so many days after the due date; below zero: before it. */
export interface ReminderStep {
  readonly code: string;
  readonly afterDays: number;
}

/** A word before the day, two friendly letters, a formal notice. */
export const DEFAULT_REMINDERS: readonly ReminderStep[] = [
  { code: 'soon_due', afterDays: -3 },
  { code: 'first', afterDays: 7 },
  { code: 'second', afterDays: 21 },
  { code: 'formal_notice', afterDays: 45 },
];

/**
 * The one reminder to send today, or null. Of several that are due (letters that were not sent in time) only the last is
 * sent, and none that comes before one that was sent. Nothing is sent when nothing is open.
 */
export function reminderDue(
  claim: { readonly dueOn: LocalDate; readonly openMinor: number; readonly sent: readonly string[] },
  today: LocalDate,
  steps: readonly ReminderStep[] = DEFAULT_REMINDERS,
): ReminderStep | null {
  if (claim.openMinor <= 0) return null;
  const late = daysBetween(claim.dueOn, today);
  const ordered = [...steps].sort((a, b) => a.afterDays - b.afterDays);
  const lastSent = ordered.findLastIndex(({ code }) => claim.sent.includes(code));
  const due = ordered.findLastIndex(({ afterDays }) => late >= afterDays);
  // A word that something will soon be due is of no use once it is.
  const step = ordered[due];
  if (step === undefined || due <= lastSent) return null;
  return step.afterDays < 0 && late > 0 ? null : step;
}

/**
 * What a late professional owes besides: penalties for the days after the due date at a yearly rate (365 days), rounded
 * half up, and the lump sum for recovery (Code de commerce, L441-10, D441-5). Private persons owe neither by law.
 */
export function latePenalty(
  claim: { readonly openMinor: number; readonly dueOn: LocalDate; readonly buyer: Pick<Buyer, 'kind'> },
  today: LocalDate,
  yearlyRateBp: number,
): { readonly days: number; readonly interestMinor: number; readonly indemnityMinor: number } {
  const days = Math.max(0, daysBetween(claim.dueOn, today));
  if (days === 0 || claim.openMinor <= 0 || claim.buyer.kind === 'person') {
    return { days, interestMinor: 0, indemnityMinor: 0 };
  }
  const interestMinor = mulDiv(claim.openMinor, yearlyRateBp * days, 10_000 * 365);
  return { days, interestMinor, indemnityMinor: thresholdOn('recovery_indemnity', today)?.minor ?? 0 };
}
