import type { Locale } from '../problems.ts';
import type { BookingMailData, MailContent } from './templates.ts';

export interface SeriesMailData {
  readonly displayName: string;
  readonly siteName: string;
  readonly spaceName: string;
  readonly resourceName: string;
  /** Each with its day and its hours. */
  readonly dates: readonly string[];
  readonly total: string;
  readonly seriesId: string;
}

/** Mails about recurring bookings, about waiting and about times that nobody came for. */
export interface SeriesMails {
  series_confirmed: SeriesMailData & { pin: string };
  series_changed: SeriesMailData & { pin: string };
  series_cancelled: SeriesMailData;
  waitlist_offer: BookingMailData & { answerBy: string };
  booking_released: BookingMailData & { minutes: number };
}

type Templates = { [T in keyof SeriesMails]: Record<Locale, (data: SeriesMails[T], publicUrl: string) => MailContent> };

const codeFr = (pin: string) =>
  `Votre code à la porte, le même à chaque fois : ${pin}. Il ouvre de 15 minutes avant jusqu’à la fin de chaque réservation.`;
const codeEn = (pin: string) =>
  `Your code at the door, the same each time: ${pin}. It opens from 15 minutes before until the end of each booking.`;
const where = (d: SeriesMailData) => `${d.resourceName} (${d.spaceName}), ${d.siteName}`;
const timeFr = (d: BookingMailData) =>
  `${d.resourceName} (${d.spaceName}), ${d.siteName}, le ${d.date} de ${d.from} à ${d.until}`;
const timeEn = (d: BookingMailData) =>
  `${d.resourceName} (${d.spaceName}), ${d.siteName}, on ${d.date} from ${d.from} to ${d.until}`;
const seriesUrl = (d: SeriesMailData, url: string) => `${url}/reservations/repetees/${d.seriesId}`;

export const SERIES_TEMPLATES: Templates = {
  series_confirmed: {
    fr: (d, url) => ({
      subject: `Réservation confirmée, ${d.dates.length} dates : ${d.siteName}`,
      paragraphs: [
        `Bonjour ${d.displayName},`,
        `Vos ${d.dates.length} dates sont réservées : ${where(d)}. Prix en tout : ${d.total}.`,
        codeFr(d.pin),
      ],
      list: d.dates,
      link: { label: 'Voir mes dates', url: seriesUrl(d, url) },
    }),
    en: (d, url) => ({
      subject: `Booking confirmed, ${d.dates.length} dates: ${d.siteName}`,
      paragraphs: [
        `Hello ${d.displayName},`,
        `Your ${d.dates.length} dates are booked: ${where(d)}. Price in all: ${d.total}.`,
        codeEn(d.pin),
      ],
      list: d.dates,
      link: { label: 'See my dates', url: seriesUrl(d, url) },
    }),
  },
  series_changed: {
    fr: (d, url) => ({
      subject: `Réservation modifiée, ${d.dates.length} dates : ${d.siteName}`,
      paragraphs: [
        `Bonjour ${d.displayName},`,
        `Voici vos dates modifiées : ${where(d)}. Prix en tout : ${d.total}.`,
        codeFr(d.pin),
      ],
      list: d.dates,
      link: { label: 'Voir mes dates', url: seriesUrl(d, url) },
    }),
    en: (d, url) => ({
      subject: `Booking changed, ${d.dates.length} dates: ${d.siteName}`,
      paragraphs: [
        `Hello ${d.displayName},`,
        `These are your changed dates: ${where(d)}. Price in all: ${d.total}.`,
        codeEn(d.pin),
      ],
      list: d.dates,
      link: { label: 'See my dates', url: seriesUrl(d, url) },
    }),
  },
  series_cancelled: {
    fr: (d, url) => ({
      subject: `Réservation annulée, ${d.dates.length} dates : ${d.siteName}`,
      paragraphs: [`Bonjour ${d.displayName},`, `Ces dates sont annulées : ${where(d)}.`],
      list: d.dates,
      link: { label: 'Trouver un autre créneau', url: `${url}/lieux` },
    }),
    en: (d, url) => ({
      subject: `Booking cancelled, ${d.dates.length} dates: ${d.siteName}`,
      paragraphs: [`Hello ${d.displayName},`, `These dates are cancelled: ${where(d)}.`],
      list: d.dates,
      link: { label: 'Find another time', url: `${url}/lieux` },
    }),
  },
  waitlist_offer: {
    fr: (d, url) => ({
      subject: `Une place s’est libérée : ${d.siteName}, ${d.date}`,
      paragraphs: [
        `Bonjour ${d.displayName},`,
        `Le créneau que vous attendiez est libre, et gardé pour vous : ${timeFr(d)}. Prix : ${d.price}.`,
        `Confirmez avant ${d.answerBy}. Ensuite, il sera proposé à la personne suivante.`,
      ],
      link: { label: 'Confirmer ma place', url: `${url}/reservations/${d.bookingId}` },
    }),
    en: (d, url) => ({
      subject: `A place has become free: ${d.siteName}, ${d.date}`,
      paragraphs: [
        `Hello ${d.displayName},`,
        `The time that you were waiting for is free, and kept for you: ${timeEn(d)}. Price: ${d.price}.`,
        `Confirm before ${d.answerBy}. After that, it will be offered to the next person.`,
      ],
      link: { label: 'Confirm my place', url: `${url}/reservations/${d.bookingId}` },
    }),
  },
  booking_released: {
    fr: (d, url) => ({
      subject: `Votre créneau a été rendu : ${d.siteName}, ${d.date}`,
      paragraphs: [
        `Bonjour ${d.displayName},`,
        `Personne n’est arrivé dans les ${d.minutes} premières minutes : ${timeFr(d)}. Ce lieu est très demandé, le reste du temps est donc proposé à d’autres, et votre code n’ouvre plus.`,
      ],
      link: { label: 'Trouver un autre créneau', url: `${url}/lieux` },
    }),
    en: (d, url) => ({
      subject: `Your time was given to others: ${d.siteName}, ${d.date}`,
      paragraphs: [
        `Hello ${d.displayName},`,
        `Nobody came within the first ${d.minutes} minutes: ${timeEn(d)}. This place is much in demand, so the rest of the time is offered to others, and your code no longer opens.`,
      ],
      link: { label: 'Find another time', url: `${url}/lieux` },
    }),
  },
};
