import { addDays, dayWindow, localDateOf, localToInstant, mondayOf } from '../time/local.ts';
import type { Instant, LocalDate, LocalTime, Outcome, TimeZone, Window } from '../time/types.ts';
import { contains } from '../time/windows.ts';
import { membershipActiveDuring } from './active.ts';
import { addMonths, billingPeriodOf, daysOfSpan, earlierDate, laterDate } from './periods.ts';
import type { CountedBooking, DateSpan, Entitlements, Membership, MembershipPlan } from './types.ts';

/** The last free day; null without a trial. */
export function trialEndsOn(
  membership: Pick<Membership, 'startsOn'>,
  plan: Pick<MembershipPlan, 'terms'>,
): LocalDate | null {
  const { trialDays } = plan.terms;
  return trialDays === 0 ? null : addDays(membership.startsOn, trialDays - 1);
}

/**
 * The last day of a membership whose holder gives notice on a day. During the trial: that day. Otherwise the notice runs
 * its days from the day after, and no end is before the commitment's; with `period_end` the membership goes on to the
 * end of the billing period in which that falls. An end that is fixed already and comes sooner stays.
 */
export function lastDayAfterNotice(
  membership: Pick<Membership, 'startsOn' | 'endsOn'>,
  plan: Pick<MembershipPlan, 'terms' | 'billing'>,
  givenOn: LocalDate,
): LocalDate {
  const sooner = (date: LocalDate) => (membership.endsOn === null ? date : earlierDate(membership.endsOn, date));
  if (givenOn < membership.startsOn) return sooner(addDays(membership.startsOn, -1));
  const trialEnd = trialEndsOn(membership, plan);
  if (trialEnd !== null && givenOn <= trialEnd) return sooner(givenOn);
  const { noticeDays, commitmentMonths, endsAt } = plan.terms;
  const noticed = addDays(givenOn, noticeDays);
  const committed = addDays(addMonths(membership.startsOn, commitmentMonths), -1);
  const earliest = laterDate(noticed, committed);
  if (endsAt === 'any_day' || plan.billing === 'once') return sooner(earliest);
  const period = billingPeriodOf(membership.startsOn, plan.billing, earliest);
  return sooner(period === null ? earliest : period.lastOn);
}

/**
 * Whether a member may pause for some days, asked for on a day. Refusals in the order in which they are looked for:
 * `no_pauses`, `not_a_span`, `in_the_past` (a pause begins tomorrow at the earliest), `outside_membership`, `overlaps`,
 * `too_short`, `too_long` (with the pauses of the same calendar year, days that fall in it).
 */
export function mayPause(
  membership: Membership,
  plan: Pick<MembershipPlan, 'terms'>,
  span: DateSpan,
  askedOn: LocalDate,
): Outcome<
  DateSpan,
  'no_pauses' | 'not_a_span' | 'in_the_past' | 'outside_membership' | 'overlaps' | 'too_short' | 'too_long'
> {
  const rule = plan.terms.pause;
  if (rule === null) return { ok: false, reason: 'no_pauses' };
  if (span.lastOn < span.firstOn) return { ok: false, reason: 'not_a_span' };
  if (span.firstOn <= askedOn) return { ok: false, reason: 'in_the_past' };
  const { startsOn, endsOn, pauses } = membership;
  if (span.firstOn < startsOn || (endsOn !== null && span.lastOn > endsOn)) {
    return { ok: false, reason: 'outside_membership' };
  }
  if (pauses.some((pause) => pause.firstOn <= span.lastOn && span.firstOn <= pause.lastOn)) {
    return { ok: false, reason: 'overlaps' };
  }
  if (daysOfSpan(span) < rule.minDays) return { ok: false, reason: 'too_short' };
  for (let year = Number(span.firstOn.slice(0, 4)); year <= Number(span.lastOn.slice(0, 4)); year++) {
    const days = [...pauses, span].reduce((sum, each) => sum + daysInYear(each, year), 0);
    if (days > rule.maxDaysPerYear) return { ok: false, reason: 'too_long' };
  }
  return { ok: true, value: { firstOn: span.firstOn, lastOn: span.lastOn } };
}

function daysInYear({ firstOn, lastOn }: DateSpan, year: number): number {
  const span = { firstOn: laterDate(firstOn, `${year}-01-01`), lastOn: earlierDate(lastOn, `${year}-12-31`) };
  return span.firstOn > span.lastOn ? 0 : daysOfSpan(span);
}

/**
 * When an unpaid membership is suspended: at the start of the local day after the grace, counted from the day on which
 * the payment failed. Until then doors, bookings and pages go on as before.
 */
export function suspendedFrom(failedOn: LocalDate, graceDays: number, zone: TimeZone): Instant {
  return dayWindow(addDays(failedOn, graceDays + 1), zone).from;
}

/** What a pass bought for a date is good for: the local day, or its half before or after the wall time of midday. */
export function passMembership(
  pass: {
    readonly id: string;
    readonly planId: string;
    readonly date: LocalDate;
    readonly part: 'day' | 'morning' | 'afternoon';
  },
  midday: LocalTime = '13:00',
): Membership {
  const { id, planId, date, part } = pass;
  return {
    id,
    planId,
    startsOn: date,
    endsOn: date,
    startsAt: part === 'afternoon' ? midday : null,
    endsAt: part === 'morning' ? midday : null,
    pauses: [],
    suspensions: [],
  };
}

export type EntitlementRefusal =
  | 'plan_inactive'
  | 'audience_not_included'
  | 'site_not_included'
  | 'resource_kind_not_included'
  | 'beyond_horizon'
  | 'too_many_bookings'
  | 'day_quota_spent'
  | 'week_quota_spent';

/**
 * Whether a plan gives the booking. The membership must be active for the whole window, which lies within one local day.
 * `others` are the holder's other active bookings: all that are to come, and those of the window's week. Refusals in the
 * order of the type.
 */
export function isEntitled(
  facts: {
    readonly membership: Membership;
    readonly plan: { readonly structureId: string; readonly entitlements: Entitlements };
    readonly site: { readonly id: string; readonly structureId: string; readonly zone: TimeZone };
    readonly resourceKind: string;
    readonly audience: string;
    readonly others: readonly CountedBooking[];
  },
  window: Window,
  now: Instant,
): Outcome<Window, EntitlementRefusal> {
  const { membership, plan, site, others } = facts;
  const { entitlements } = plan;
  const { quotas } = entitlements;
  if (!contains(membershipActiveDuring(membership, site.zone), window)) return refuse('plan_inactive');
  if (entitlements.audiences !== null && !entitlements.audiences.includes(facts.audience)) {
    return refuse('audience_not_included');
  }
  if (!reaches(entitlements.reach, plan.structureId, site)) return refuse('site_not_included');
  if (entitlements.resourceKinds !== null && !entitlements.resourceKinds.includes(facts.resourceKind)) {
    return refuse('resource_kind_not_included');
  }
  const lastDay = addDays(localDateOf(now, site.zone), entitlements.horizonDays);
  if (window.from >= dayWindow(lastDay, site.zone).until) return refuse('beyond_horizon');

  const coming = others.filter(({ until }) => until > now);
  if (quotas.activeBookings !== null && coming.length >= quotas.activeBookings) return refuse('too_many_bookings');
  const date = localDateOf(window.from, site.zone);
  if (quotas.minutesPerDay !== null && minutesWith(others, window, dayWindow(date, site.zone)) > quotas.minutesPerDay) {
    return refuse('day_quota_spent');
  }
  const monday = mondayOf(date);
  const week = {
    from: localToInstant(monday, '00:00', site.zone),
    until: localToInstant(addDays(monday, 7), '00:00', site.zone),
  };
  if (quotas.minutesPerWeek !== null && minutesWith(others, window, week) > quotas.minutesPerWeek) {
    return refuse('week_quota_spent');
  }
  return { ok: true, value: { from: window.from, until: window.until } };
}

function reaches(
  reach: Entitlements['reach'],
  structureId: string,
  site: { readonly id: string; readonly structureId: string },
): boolean {
  if (reach.kind === 'network') return true;
  return reach.kind === 'own_structure' ? site.structureId === structureId : reach.siteIds.includes(site.id);
}

/** Elapsed minutes inside the bounds, of the bookings and the window asked for. */
function minutesWith(others: readonly Window[], window: Window, bounds: Window): number {
  return [...others, window].reduce((sum, { from, until }) => {
    const ms = Math.min(until, bounds.until) - Math.max(from, bounds.from);
    return sum + Math.max(0, ms) / 60_000;
  }, 0);
}

function refuse(reason: EntitlementRefusal): Outcome<never, EntitlementRefusal> {
  return { ok: false, reason };
}
