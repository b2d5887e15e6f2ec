import {
  endAttendance,
  findMember,
  insertAttendance,
  listAttendances,
  listAudiences,
  listBookingsOfSite,
  listConsents,
  listPolicies,
  listPresences,
  listSpaces,
  lockHeadCount,
} from '@mitoyen/db/queries';
import {
  type Arrival,
  addDays,
  ageOn,
  dayWindow,
  localDateOf,
  REFERENT_STAYS_MS,
  type SupervisionFacts,
  supervisionAllows,
  supervisorsNeeded,
} from '@mitoyen/domain';
import { type Context, signedIn } from '../../context.ts';
import { makeId } from '../../ids.ts';
import { ok, type ProblemCode, type Result, refuse } from '../../problems.ts';
import { hoursOf } from '../../schedule/hours.ts';
import { loadSite } from '../host/load-site.ts';
import { iso, isoOrNull, isoWindow } from '../views.ts';
import { policyOf } from './policies.ts';

const PROBLEMS = {
  building_full: 'session.building_full',
  space_full: 'session.space_full',
  consent_missing: 'session.consent_missing',
  no_referent: 'session.no_referent',
  ratio_reached: 'session.ratio_reached',
} as const satisfies Record<string, ProblemCode>;
/** Where nobody asked for a policy: only the bounds of the rooms count. */
const NO_POLICY = { withoutReferent: 'not_needed', graceMs: 0, ratios: null, needsGuardianConsent: false } as const;

async function loadSession(context: Context, slug: string, action: 'site.observe' | 'site.operate') {
  const { tx, networkId, now, services } = context;
  const loaded = await loadSite(context, slug, action);
  if (!loaded.ok) return loaded;
  const site = loaded.value;
  const date = localDateOf(now, site.timeZone);
  const day = dayWindow(date, site.timeZone);
  const [audiences, spaces, schedules, policies, presences, attendances] = await Promise.all([
    listAudiences(tx, networkId),
    listSpaces(tx, networkId, [site.id]),
    services.schedules.of(tx, networkId, [site.id], now, new Map([[site.id, site.scheduleRevision]])),
    listPolicies(tx, networkId, site.id),
    listPresences(tx, networkId, site.id, now - REFERENT_STAYS_MS),
    listAttendances(tx, networkId, site.id, day.from),
  ]);
  const schedule = schedules.get(site.id);
  if (schedule === undefined) return refuse('not_found');
  const { windows } = hoursOf(schedule, { from: date, until: addDays(date, 1) }, [], now);
  const codes = new Map(audiences.map((audience) => [audience.code, audience]));
  const audienceNow = (spaceId: string) => {
    const open = windows.find((window) => window.spaceId === spaceId && window.from <= now && now < window.until);
    return open === undefined ? undefined : codes.get(open.audience);
  };
  return ok({ site, date, day, audiences, spaces, schedule, windows, policies, presences, attendances, audienceNow });
}

type Session = Extract<Awaited<ReturnType<typeof loadSession>>, { ok: true }>['value'];

/** What the domain decides by, for one space at this moment. */
function factsOf(session: Session, space: Session['spaces'][number], arrival: Arrival): SupervisionFacts {
  const { policies, presences, attendances, schedule, audienceNow } = session;
  const audience = audienceNow(space.id);
  const policy = audience === undefined ? undefined : policies.get(audience.id);
  const there = attendances.filter(({ leftAt }) => leftAt === null);
  const here = there.filter(({ spaceId }) => spaceId === space.id);
  return {
    policy: policy === undefined ? NO_POLICY : policyOf(policy),
    referents: presences.map(({ arrivedAt, leftAt }) => ({ from: arrivedAt, until: leftAt })),
    otherSupervisors: here.filter(({ kind }) => kind === 'supervisor').length,
    minors: here.flatMap(({ age }) => (age === null ? [] : [age])),
    presentInSpace: here.length,
    presentInBuilding: there.length,
    spaceCapacity: space.capacity,
    buildingCapacity: schedule.buildingCapacity ?? Number.POSITIVE_INFINITY,
    arrival,
  };
}

/**
 * The supervised hours of a site as they stand: whose hours each space is in, who is expected, who is there, and how many more may come.
 * Refusals: `not_found`, `auth.forbidden`.
 */
export async function getSession(context: Context, slug: string) {
  const { tx, networkId, now } = context;
  const loaded = await loadSession(context, slug, 'site.observe');
  if (!loaded.ok) return loaded;
  const session = loaded.value;
  const { site, date, day, spaces, windows, attendances, presences, policies, audiences, audienceNow } = session;
  const bookings = await listBookingsOfSite(tx, networkId, site.id, day, ['confirmed', 'checked_in']);
  const consents = await listConsents(tx, networkId, [...new Set(bookings.map(({ memberId }) => memberId))], date);
  const present = presences.filter(({ leftAt }) => leftAt === null);
  const supervised = new Set(
    audiences
      .filter(({ id }) => (policies.get(id)?.withoutReferent ?? 'not_needed') !== 'not_needed')
      .map(({ code }) => code),
  );
  const asksConsent = new Set(
    audiences.filter(({ id }) => policies.get(id)?.needsGuardianConsent === true).map(({ code }) => code),
  );
  return ok({
    date,
    timeZone: site.timeZone,
    now: iso(now),
    buildingCapacity: session.schedule.buildingCapacity,
    presentInBuilding: attendances.filter(({ leftAt }) => leftAt === null).length,
    referentsPresent: present.map(({ memberId, displayName, arrivedAt, notedBy }) => ({
      memberId,
      displayName,
      arrivedAt: iso(arrivedAt),
      notedBy,
    })),
    spaces: spaces.map((space) => {
      const audience = audienceNow(space.id);
      const facts = factsOf(session, space, { kind: 'adult' });
      const here = attendances.filter(({ spaceId }) => spaceId === space.id);
      return {
        id: space.id,
        name: space.name,
        capacity: space.capacity,
        audience: audience?.code ?? null,
        isSupervised: audience !== undefined && supervised.has(audience.code),
        hours: windows
          .filter(({ spaceId, audience: code }) => spaceId === space.id && supervised.has(code))
          .map((window) => ({ ...isoWindow(window), audience: window.audience })),
        minors: facts.minors.length,
        supervisors: present.length + facts.otherSupervisors,
        supervisorsNeeded: supervisorsNeeded(facts.minors, facts.policy.ratios),
        present: facts.presentInSpace,
        attendances: here.map((each) => ({
          id: each.id,
          kind: each.kind,
          memberId: each.memberId,
          displayName: each.displayName,
          age: each.age,
          arrivedAt: iso(each.arrivedAt),
          leftAt: isoOrNull(each.leftAt),
        })),
        expected: bookings
          .filter(({ spaceId, audience: code }) => spaceId === space.id && supervised.has(code))
          .filter(({ memberId }) => !here.some((each) => each.memberId === memberId))
          .map((booking) => ({
            bookingId: booking.id,
            memberId: booking.memberId,
            displayName: booking.memberName,
            age: booking.memberBirthDate === null ? null : ageOn(booking.memberBirthDate, date),
            startsAt: iso(booking.startsAt),
            endsAt: iso(booking.endsAt),
            needsConsent: asksConsent.has(booking.audience),
            hasConsent: consents.some(
              ({ minorMemberId, kind }) => minorMemberId === booking.memberId && kind === 'attendance',
            ),
          })),
      };
    }),
  });
}

export interface Arriving {
  readonly spaceId: string;
  readonly kind: 'minor' | 'adult' | 'supervisor';
  /** A member; without one somebody is only counted. */
  readonly memberId: string | null;
  /** In whole years: of a minor of whom no date of birth is known. */
  readonly age: number | null;
  readonly bookingId: string | null;
}

/**
 * Counts somebody in, if the bounds of space and building, the referent, the guardian's consent and the ratio allow it. Two who come for
 * the last place are counted one after the other. Refusals: `not_found`, `auth.forbidden`, `request.invalid`, `session.already_there`,
 * and `session.building_full`, `session.space_full`, `session.consent_missing`, `session.no_referent`, `session.ratio_reached`, with the
 * figures.
 */
export async function countIn(context: Context, slug: string, input: Arriving): Promise<Result<{ id: string }>> {
  const { tx, networkId, now, services } = context;
  const allowed = await loadSite(context, slug, 'site.operate');
  if (!allowed.ok) return allowed;
  await lockHeadCount(tx, allowed.value.id);
  const loaded = await loadSession(context, slug, 'site.operate');
  if (!loaded.ok) return loaded;
  const session = loaded.value;
  const space = session.spaces.find(({ id }) => id === input.spaceId);
  if (space === undefined) return refuse('not_found');
  const member = input.memberId === null ? null : await findMember(tx, networkId, input.memberId);
  if (input.memberId !== null && member === null) return refuse('not_found');
  const bookings =
    input.bookingId === null
      ? []
      : await listBookingsOfSite(tx, networkId, session.site.id, session.day, ['confirmed', 'checked_in']);
  if (input.bookingId !== null && !bookings.some(({ id }) => id === input.bookingId)) return refuse('not_found');

  const age = input.kind !== 'minor' ? null : member?.birthDate ? ageOn(member.birthDate, session.date) : input.age;
  if (input.kind === 'minor' && (age === null || age > 17)) {
    return refuse('request.invalid', { errors: [{ path: 'body/age', message: 'of a minor, 0 to 17' }] });
  }
  const consents = member === null ? [] : await listConsents(tx, networkId, [member.id], session.date);
  const arrival: Arrival =
    age === null
      ? { kind: 'adult' }
      : // Whoever is only counted was let in by hand: their guardian stands beside them, or the staff vouches for it.
        {
          kind: 'minor',
          age,
          hasGuardianConsent: member === null || consents.some(({ kind }) => kind === 'attendance'),
        };
  const outcome = supervisionAllows(factsOf(session, space, arrival), now);
  if (!outcome.ok) return refuse(PROBLEMS[outcome.reason], { figures: outcome.detail });
  const id = makeId(services, now);
  const isNew = await insertAttendance(tx, {
    networkId,
    id,
    siteId: session.site.id,
    spaceId: space.id,
    kind: input.kind,
    memberId: member?.id ?? null,
    bookingId: input.bookingId,
    age,
    arrivedAt: now,
    recordedByAccountId: signedIn(context).accountId,
  });
  return isNew ? ok({ id }) : refuse('session.already_there');
}

/** Counts somebody out. Refusals: `not_found` (also who has left), `auth.forbidden`. */
export async function countOut(context: Context, slug: string, id: string): Promise<Result<null>> {
  const { tx, networkId, now } = context;
  const loaded = await loadSite(context, slug, 'site.operate');
  if (!loaded.ok) return loaded;
  return (await endAttendance(tx, networkId, loaded.value.id, id, now)) ? ok(null) : refuse('not_found');
}
