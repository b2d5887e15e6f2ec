import type { Instant, LocalDate, Money } from '@mitoyen/domain';
import type { Locale } from '../problems.ts';

const TAGS: Record<Locale, string> = { fr: 'fr-FR', en: 'en-GB' };

const formats = new Map<string, Intl.DateTimeFormat>();

/** Making a format costs about a thousand times its use, and a mail about a series has a hundred dates. */
function dateFormat(tag: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${tag} ${JSON.stringify(options)}`;
  let format = formats.get(key);
  if (format === undefined) {
    format = new Intl.DateTimeFormat(tag, options);
    formats.set(key, format);
  }
  return format;
}

/** "mardi 24 novembre 2026", in the site's zone. */
export const formatDate = (at: Instant, zone: string, locale: Locale): string =>
  dateFormat(TAGS[locale], { dateStyle: 'full', timeZone: zone }).format(at);

/** A local date, "mardi 24 novembre 2026". */
export const formatLocalDate = (date: LocalDate, locale: Locale): string =>
  new Intl.DateTimeFormat(TAGS[locale], { dateStyle: 'full', timeZone: 'UTC' }).format(Date.parse(`${date}T12:00:00Z`));

/** "9 h 30" in French (Imprimerie nationale), "09:30" in English. */
export function formatTime(at: Instant, zone: string, locale: Locale): string {
  const parts = dateFormat('en-GB', { hour: '2-digit', minute: '2-digit', timeZone: zone }).format(at);
  if (locale === 'en') return parts;
  const [hour = '', minute = ''] = parts.split(':');
  return minute === '00' ? `${Number(hour)}\u00a0h` : `${Number(hour)}\u00a0h\u00a0${minute}`;
}

export const formatMoney = ({ minor, currency }: Money, locale: Locale): string =>
  new Intl.NumberFormat(TAGS[locale], { style: 'currency', currency }).format(minor / 100);
