import { findContactOfMember, type SeriesRecord } from '@mitoyen/db/queries';
import type { Context } from '../../context.ts';
import { formatDate, formatMoney, formatTime } from '../../mail/format.ts';
import { sendMail } from '../../mail/outgoing.ts';
import { type SeriesEntry, seriesCalendar } from '../../mail/series-calendar.ts';
import type { SeriesMailData } from '../../mail/series-templates.ts';
import type { SeriesOccurrence } from './views.ts';

/**
 * One mail about many dates of a series, with its calendar entry as it is now: `entries` begins with it, and may name the series that
 * it was cut from.
 */
export async function tellSeries(
  context: Context,
  series: SeriesRecord,
  touched: readonly SeriesOccurrence[],
  entries: readonly SeriesEntry[],
  about: { template: 'series_confirmed' | 'series_changed'; pin: string } | { template: 'series_cancelled' },
): Promise<void> {
  const contact = await findContactOfMember(context.tx, context.networkId, series.memberId);
  if (contact === null) return;
  const { locale } = contact;
  const zone = series.timeZone;
  const dates = [...touched]
    .sort((a, b) => a.startsAt - b.startsAt)
    .map((each) => {
      const hours = `${formatTime(each.startsAt, zone, locale)} – ${formatTime(each.endsAt, zone, locale)}`;
      const elsewhere = each.resourceId === series.resourceId ? '' : `, ${each.resourceName}`;
      return `${formatDate(each.startsAt, zone, locale)}, ${hours}${elsewhere}`;
    });
  const data: SeriesMailData = {
    displayName: contact.displayName,
    siteName: series.siteName,
    spaceName: series.spaceName,
    resourceName: series.resourceName,
    dates,
    total: formatMoney(
      {
        minor: touched.reduce((sum, { priceMinor }) => sum + priceMinor, 0),
        currency: touched[0]?.currency ?? 'EUR',
      },
      locale,
    ),
    seriesId: series.id,
  };
  const common = {
    to: contact.email,
    locale,
    calendar: seriesCalendar(entries, context.services.config.publicUrl, context.now),
  };
  if (about.template === 'series_cancelled') await sendMail(context, { ...common, template: about.template, data });
  else await sendMail(context, { ...common, template: about.template, data: { ...data, pin: about.pin } });
}
