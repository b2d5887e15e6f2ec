import { type BookingUnderChangeRow, insertMails, type SiteRecord } from '@mitoyen/db/queries';
import type { Instant, LossReason, Money } from '@mitoyen/domain';
import type { Context } from '../../context.ts';
import { bookingCalendar } from '../../mail/calendar.ts';
import { formatDate, formatMoney, formatTime } from '../../mail/format.ts';
import { mailRows } from '../../mail/outgoing.ts';
import type { BookingMailData, HoursNote } from '../../mail/templates.ts';
import type { Locale } from '../../problems.ts';
import type { ClosureBody } from '../../routes/schedule/schemas.ts';
import { instantOf } from '../views.ts';

/** What became of one booking, as its holder is told. The booking is as it stands after the change. */
export interface ToldBooking {
  readonly row: BookingUnderChangeRow;
  readonly what: 'cancelled' | 'moved' | 'kept' | 'shortened';
  readonly reason: LossReason;
  readonly refund: Money | null;
  readonly pin: string | null;
}

export interface Contact {
  readonly memberId: string;
  readonly displayName: string;
  readonly email: string;
  readonly locale: Locale;
}

type Site = Omit<SiteRecord, 'distanceKm'>;

/**
 * Mails everybody about their booking, and those who only hear of a closure about that. Who has no address is told by the staff.
 * Returns how many people were written to.
 */
export async function tellOfChange(
  context: Context,
  site: Site,
  about: {
    readonly bookings: readonly ToldBooking[];
    readonly closures: readonly ClosureBody[];
    readonly contacts: readonly Contact[];
    readonly spaceNames: ReadonlyMap<string, string>;
    readonly message: string | null;
  },
): Promise<number> {
  const told = new Set<string>();
  const mails = about.bookings.flatMap((each) => {
    const { email, locale, memberId } = each.row;
    if (email === null || locale === null) return [];
    told.add(memberId);
    return [mailAboutBooking(context, site, each, { email, locale }, about.message)];
  });
  for (const contact of about.contacts) {
    // Their own mail says why.
    if (about.closures.length === 0 || told.has(contact.memberId)) continue;
    told.add(contact.memberId);
    for (const closure of about.closures) mails.push(mailAboutClosure(context, site, closure, contact, about));
  }
  await insertMails(context.tx, context.networkId, mails);
  return told.size;
}

function mailAboutBooking(
  context: Context,
  site: Site,
  { row, what, reason, refund, pin }: ToldBooking,
  { email, locale }: { email: string; locale: Locale },
  message: string | null,
) {
  const zone = site.timeZone;
  const note: HoursNote = { reason, message, refund: refund === null ? null : formatMoney(refund, locale) };
  const data: BookingMailData & { note: HoursNote } = {
    displayName: row.memberName,
    siteName: site.name,
    spaceName: row.spaceName,
    resourceName: row.resourceName,
    date: formatDate(row.startsAt, zone, locale),
    from: formatTime(row.startsAt, zone, locale),
    until: formatTime(row.endsAt, zone, locale),
    price: formatMoney({ minor: row.priceMinor, currency: row.currency }, locale),
    reference: row.reference,
    bookingId: row.id,
    note,
  };
  const calendar = bookingCalendar(calendarFacts(row, site), context.services.config.publicUrl, context.now);
  const common = { to: email, locale, calendar };
  switch (what) {
    case 'cancelled':
      return mailRows(context, { ...common, template: 'booking_cancelled', data });
    case 'moved':
      return mailRows(context, { ...common, template: 'booking_moved', data: { ...data, pin } });
    case 'kept':
      return mailRows(context, { ...common, template: 'booking_kept', data });
    case 'shortened':
      return mailRows(context, { ...common, template: 'booking_shortened', data });
  }
}

const calendarFacts = (row: BookingUnderChangeRow, site: Site): Parameters<typeof bookingCalendar>[0] => ({
  ...row,
  siteName: site.name,
  siteCommune: site.commune,
  timeZone: site.timeZone,
});

function mailAboutClosure(
  context: Context,
  site: Site,
  { from, until, spaceId, reason }: ClosureBody,
  { displayName, email, locale }: Contact,
  { spaceNames, message }: { spaceNames: ReadonlyMap<string, string>; message: string | null },
) {
  const at = (instant: Instant) =>
    `${formatDate(instant, site.timeZone, locale)}, ${formatTime(instant, site.timeZone, locale)}`;
  return mailRows(context, {
    to: email,
    locale,
    template: 'closure_announced',
    data: {
      displayName,
      siteName: site.name,
      siteSlug: site.slug,
      spaceName: spaceId === null ? null : (spaceNames.get(spaceId) ?? null),
      from: at(instantOf(from)),
      until: at(instantOf(until)),
      reason,
      message,
    },
  });
}
