import type { Instant, LocalDate, Money } from '@mitoyen/domain';
import type { Locale } from '../problems.ts';

const TAGS: Record<Locale, string> = { fr: 'fr-FR', en: 'en-GB' };

/** "mardi 24 novembre 2026", in the site's zone. */
export const formatDate = (at: Instant, zone: string, locale: Locale): string =>
  new Intl.DateTimeFormat(TAGS[locale], { dateStyle: 'full', timeZone: zone }).format(at);

/** A local date, "mardi 24 novembre 2026". */
export const formatLocalDate = (date: LocalDate, locale: Locale): string =>
  new Intl.DateTimeFormat(TAGS[locale], { dateStyle: 'full', timeZone: 'UTC' }).format(Date.parse(`${date}T12:00:00Z`));

/** "9 h 30" in French (Imprimerie nationale), "09:30" in English. */
export function formatTime(at: Instant, zone: string, locale: Locale): string {
  const parts = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', timeZone: zone }).format(at);
  if (locale === 'en') return parts;
  const [hour = '', minute = ''] = parts.split(':');
  return minute === '00' ? `${Number(hour)}\u00a0h` : `${Number(hour)}\u00a0h\u00a0${minute}`;
}

export const formatMoney = ({ minor, currency }: Money, locale: Locale): string =>
  new Intl.NumberFormat(TAGS[locale], { style: 'currency', currency }).format(minor / 100);
