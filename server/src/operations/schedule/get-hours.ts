import { listBookingsOfSite, listBusy, listClosures } from '@mitoyen/db/queries';
import { dayFacts, dayWindow, expandRange, type LocalDate, type PublicHoliday, type SchoolDay } from '@mitoyen/domain';
import type { Context } from '../../context.ts';
import { type Locale, ok, type Result, refuse } from '../../problems.ts';
import type { HoursBody } from '../../routes/schedule/schemas.ts';
import { dependsOnBookings, hoursOf } from '../../schedule/hours.ts';
import { loadSite } from '../host/load-site.ts';
import { heldTime } from '../places/site-facts.ts';
import { shownName } from '../sharing/shown-name.ts';
import { referentsBetween } from '../supervision/referents.ts';
import { iso, isoWindow } from '../views.ts';

const MOST_DAYS = 400;
/** With the bookings beneath: a month and its edges. */
const MOST_DAYS_WITH_BOOKINGS = 45;
const SHOWN_STATUSES = ['held', 'confirmed', 'checked_in', 'completed', 'no_show'] as const;

/**
 * Whose hours are whose at a site from one local date until (not with) another, with what the calendars say of the days; with
 * `bookings`, who has booked in them. Refusals: `not_found`, `auth.forbidden`, `request.invalid` (too many days, or none).
 */
export async function getHours(
  context: Context,
  slug: string,
  query: { readonly from: LocalDate; readonly until: LocalDate; readonly bookings: boolean },
): Promise<Result<HoursBody>> {
  const { tx, networkId, now, locale, services } = context;
  const { from, until } = query;
  const loaded = await loadSite(context, slug, 'schedule.read');
  if (!loaded.ok) return loaded;
  const site = loaded.value;
  const dayCount = Temporal.PlainDate.from(from).until(until).days;
  if (dayCount < 1 || dayCount > (query.bookings ? MOST_DAYS_WITH_BOOKINGS : MOST_DAYS)) {
    return refuse('request.invalid', { errors: [{ path: 'querystring/until', message: 'no day, or too many' }] });
  }
  const zone = site.timeZone;
  const window = { from: dayWindow(from, zone).from, until: dayWindow(until, zone).from };
  const revisions = new Map([[site.id, site.scheduleRevision]]);
  const schedule = (await services.schedules.of(tx, networkId, [site.id], now, revisions)).get(site.id);
  if (schedule === undefined) return refuse('not_found');
  const [closures, bookings, busy] = await Promise.all([
    listClosures(tx, networkId, [site.id], window),
    query.bookings ? listBookingsOfSite(tx, networkId, site.id, window, SHOWN_STATUSES) : [],
    dependsOnBookings(schedule) ? listBusy(tx, networkId, [site.id], window) : [],
  ]);
  const held = busy
    .filter((row) => row.holdExpiresAt === null || row.holdExpiresAt > now)
    .map((row) => heldTime(row, schedule));
  const hours = hoursOf(schedule, { from, until }, held, now);
  const dates = Array.from({ length: dayCount }, (_, index) => Temporal.PlainDate.from(from).add({ days: index }));
  return ok({
    revision: schedule.revision,
    days: dates.map((date) => {
      const facts = dayFacts(schedule.compiled.calendar, date.toString());
      return {
        date: facts.date,
        holidays: facts.holidays === 'not_covered' ? null : facts.holidays.map((each) => holidayView(each, locale)),
        school:
          facts.school === 'not_covered' || facts.school.kind === 'term'
            ? schoolView(facts.school)
            : { kind: facts.school.kind, name: facts.school.name, isSummer: facts.isSummer },
      };
    }),
    windows: hours.windows.map((each) => ({
      ...isoWindow(each),
      spaceId: each.spaceId,
      audience: each.audience,
      ruleId: each.ruleId,
      // Of an agreement, the domain calls the agreement its template.
      templateId: each.use.kind === 'agreed' ? null : each.templateId,
      exceptionId: each.exceptionId,
      use: each.use.kind,
    })),
    handovers: hours.handovers.map(({ spaceId, leaving, arriving, ...each }) => ({
      ...isoWindow(each),
      spaceId,
      leaving,
      arriving,
    })),
    closures: closures.map(({ id, during, spaceId, reason, told }) => ({
      id,
      ...isoWindow(during),
      spaceId,
      reason,
      told,
    })),
    unknown: [...expandRange(schedule.compiled, { from, until }).unknown],
    bookings: bookings
      .filter(({ holdExpiresAt }) => holdExpiresAt === null || holdExpiresAt > now)
      .map((row) => ({
        id: row.id,
        reference: row.reference,
        spaceId: row.spaceId,
        resourceName: row.resourceName,
        from: iso(row.startsAt),
        until: iso(row.endsAt),
        audience: row.audience,
        memberName: shownName(context, row),
        seats: row.seats,
        status: row.status,
        seriesId: row.seriesId,
      })),
    referents: await referentsBetween(context, site.id, window),
  });
}

export const holidayView = ({ code, name }: PublicHoliday, locale: Locale) => ({ code, name: name[locale] });

export const schoolView = (day: SchoolDay | 'not_covered') => {
  if (day === 'not_covered') return null;
  return day.kind === 'term' ? { kind: day.kind } : { kind: day.kind, name: day.name };
};
