import { countUpcomingOccurrences, findBookableResource, findMember } from '@mitoyen/db/queries';
import {
  type Booker,
  formatRule,
  type LocalDate,
  MOST_OCCURRENCES,
  minutesOf,
  occurrenceWindow,
  parseRule,
  type Recurrence,
  SERIES_LIMITS,
  type SeriesLimits,
  type TimeOfDay,
  type Weekday,
} from '@mitoyen/domain';
import type { Static } from 'typebox';
import { expandRecurrence } from '../../adapters/recurrence.ts';
import { may } from '../../authorisation.ts';
import { type Context, signedIn } from '../../context.ts';
import { ok, type ProblemCode, type Result, refuse } from '../../problems.ts';
import type { Decision, SeriesRequest } from '../../routes/series/schemas.ts';
import type { BookableResource } from '../bookings/check-window.ts';
import { audienceOfMember, chooseAudience } from '../bookings/choose-audience.ts';
import { instantOf } from '../views.ts';
import type { WantedOccurrence } from './assess-occurrences.ts';

export type SeriesInput = Static<typeof SeriesRequest>;

export interface SeriesPlan {
  readonly resource: BookableResource;
  readonly memberId: string;
  readonly booker: Booker & { readonly id: string };
  readonly seats: number;
  readonly rule: Recurrence;
  /** All dates of the rule, those excepted included. */
  readonly dates: readonly LocalDate[];
  readonly time: TimeOfDay;
  readonly limits: SeriesLimits;
  readonly upcoming: number;
}

const RULE_PROBLEMS = {
  unreadable: 'series.rule_unreadable',
  without_end: 'series.rule_without_end',
  not_supported: 'series.rule_not_supported',
} as const satisfies Record<string, ProblemCode>;

/**
 * What a request for a series comes to, before any calendar is read: who books, until when they may, and the dates. Refusals:
 * `not_found`, `auth.forbidden`, `request.invalid`, those of the rule, `series.no_dates`, `series.too_many_dates`,
 * `booking.ends_before_it_starts`, `booking.audience_not_yours`.
 */
export async function planSeries(context: Context, input: SeriesInput): Promise<Result<SeriesPlan>> {
  const { tx, networkId, now } = context;
  const actor = signedIn(context);
  const resource = await findBookableResource(tx, networkId, input.resourceId);
  if (resource === null) return refuse('not_found');
  const isStaff = may(actor, 'site.operate', { structureId: resource.structureId });
  const memberId = input.memberId ?? actor.memberId;
  if (memberId === null) return refuse('auth.forbidden');
  if (memberId !== actor.memberId) {
    // To one who may not book for others, they do not exist.
    if (!isStaff || (await findMember(tx, networkId, memberId)) === null) return refuse('not_found');
  }
  const booker = await bookerFor(context, memberId, input.audience, isStaff);
  if (!booker.ok) return booker;

  const rule = readRule(input);
  if (!rule.ok) return rule;
  const startsAtMinute = minutesOf(input.startsAt);
  const durationMinutes = minutesOf(input.endsAt) - startsAtMinute;
  if (durationMinutes <= 0) return refuse('booking.ends_before_it_starts');
  const dates = expandRecurrence(rule.value, input.firstDate, MOST_OCCURRENCES + 1);
  if (dates.length > MOST_OCCURRENCES) return refuse('series.too_many_dates');
  if (dates.length === 0) return refuse('series.no_dates');
  return ok({
    resource,
    memberId,
    booker: booker.value,
    seats: input.seats ?? 1,
    rule: rule.value,
    dates,
    time: { startsAtMinute, durationMinutes },
    limits: isStaff ? SERIES_LIMITS.staff : SERIES_LIMITS.member,
    upcoming: await countUpcomingOccurrences(tx, networkId, memberId, now),
  });
}

/** Staff book any public into its own hours: for a class, a club, a service. */
async function bookerFor(
  context: Context,
  memberId: string,
  audience: string | undefined,
  isStaff: boolean,
): Promise<Result<Booker & { id: string }>> {
  if (!isStaff || audience === undefined) return chooseAudience(context, memberId, audience);
  const booker = await audienceOfMember(context, memberId, audience);
  return booker === null
    ? refuse('request.invalid', { errors: [{ path: 'body/audience', message: 'unknown' }] })
    : ok(booker);
}

function readRule({ rrule, recurrence }: SeriesInput): Result<Recurrence> {
  if ((rrule === undefined) === (recurrence === undefined)) {
    return refuse('request.invalid', { errors: [{ path: 'body/rrule', message: 'either rrule or recurrence' }] });
  }
  if (rrule !== undefined) {
    const parsed = parseRule(rrule);
    return parsed.ok ? ok(parsed.value) : refuse(RULE_PROBLEMS[parsed.reason]);
  }
  const { frequency = 'weekly', interval = 1, byWeekday = [], count, until } = recurrence ?? {};
  if (count !== undefined && until !== undefined) return refuse('series.rule_unreadable');
  if (count === undefined && until === undefined) return refuse('series.rule_without_end');
  const written = formatRule({
    frequency,
    interval,
    byWeekday: byWeekday.map((weekday) => ({ weekday: weekday as Weekday, ordinal: null })),
    byMonthDay: [],
    ends: count === undefined ? { kind: 'until', until: until as LocalDate } : { kind: 'count', count },
  });
  const parsed = parseRule(written);
  return parsed.ok ? ok(parsed.value) : refuse(RULE_PROBLEMS[parsed.reason]);
}

/**
 * The times that are wanted once decisions are taken: what is skipped is left out, what is moved is where it was moved to. Refusals:
 * `series.unknown_date` (a decision about no date of it), `not_found` (a resource that is not there), `request.invalid` (a move
 * without a time, or to another place).
 */
export async function decide(
  context: Context,
  occurrences: readonly { readonly date: LocalDate; readonly resource: BookableResource }[],
  time: TimeOfDay,
  decisions: readonly Decision[],
): Promise<Result<{ readonly wanted: WantedOccurrence[]; readonly skipped: LocalDate[] }>> {
  const { tx, networkId } = context;
  const byDate = new Map(decisions.map((decision) => [decision.date, decision]));
  const known = new Set(occurrences.map(({ date }) => date));
  if ([...byDate.keys()].some((date) => !known.has(date))) return refuse('series.unknown_date');
  const resources = new Map(occurrences.map(({ resource }) => [resource.id, resource]));
  const wanted: WantedOccurrence[] = [];
  const skipped: LocalDate[] = [];
  for (const { date, resource } of occurrences) {
    const decision = byDate.get(date);
    if (decision === undefined) {
      wanted.push({ date, resource, window: occurrenceWindow(date, time, resource.timeZone) });
      continue;
    }
    if (decision.do === 'skip') {
      skipped.push(date);
      continue;
    }
    const { to } = decision;
    const target = to?.resourceId ?? resource.id;
    const found = resources.get(target) ?? (await findBookableResource(tx, networkId, target));
    if (found === null) return refuse('not_found');
    if (to === undefined || found.siteId !== resource.siteId) {
      return refuse('request.invalid', { errors: [{ path: 'body/decisions', message: `move of ${date}` }] });
    }
    resources.set(found.id, found);
    const window = { from: instantOf(to.startsAt), until: instantOf(to.endsAt) };
    if (window.until <= window.from) return refuse('booking.ends_before_it_starts');
    wanted.push({ date, resource: found, window });
  }
  return ok({ wanted, skipped });
}
