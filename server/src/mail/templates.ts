import type { Locale } from '../problems.ts';

/** A mail as paragraphs and one link: text and HTML are made from the same words. */
export interface MailContent {
  readonly subject: string;
  readonly paragraphs: readonly string[];
  readonly link?: { readonly label: string; readonly url: string };
}

export interface BookingMailData {
  readonly displayName: string;
  readonly siteName: string;
  readonly spaceName: string;
  readonly resourceName: string;
  readonly date: string;
  readonly from: string;
  readonly until: string;
  readonly price: string;
  readonly reference: string;
  readonly bookingId: string;
}

/** What each template needs. */
export interface MailData {
  verify_email: { displayName: string; token: string };
  already_registered: Record<string, never>;
  reset_password: { displayName: string; token: string };
  booking_confirmed: BookingMailData & { pin: string | null };
  booking_moved: BookingMailData & { pin: string | null };
  booking_cancelled: BookingMailData;
}
export type MailTemplate = keyof MailData;

type Templates = { [T in MailTemplate]: Record<Locale, (data: MailData[T], publicUrl: string) => MailContent> };

const pinFr = (pin: string | null) =>
  pin === null
    ? []
    : [`Votre code à la porte : ${pin}. Il ouvre de 15 minutes avant jusqu’à la fin de votre réservation.`];
const pinEn = (pin: string | null) =>
  pin === null ? [] : [`Your code at the door: ${pin}. It opens from 15 minutes before until the end of your booking.`];
const whatFr = (d: BookingMailData) =>
  `${d.resourceName} (${d.spaceName}), ${d.siteName}, le ${d.date} de ${d.from} à ${d.until}. Prix : ${d.price}. Référence : ${d.reference}.`;
const whatEn = (d: BookingMailData) =>
  `${d.resourceName} (${d.spaceName}), ${d.siteName}, on ${d.date} from ${d.from} to ${d.until}. Price: ${d.price}. Reference: ${d.reference}.`;

export const TEMPLATES: Templates = {
  verify_email: {
    fr: (d, url) => ({
      subject: 'Confirmez votre adresse',
      paragraphs: [
        `Bonjour ${d.displayName},`,
        'Votre compte est ouvert. Confirmez votre adresse pour recevoir vos codes et vos rappels. Ce lien est valable trois jours.',
      ],
      link: { label: 'Confirmer mon adresse', url: `${url}/verification/${d.token}` },
    }),
    en: (d, url) => ({
      subject: 'Confirm your address',
      paragraphs: [
        `Hello ${d.displayName},`,
        'Your account is open. Confirm your address to receive your codes and reminders. This link is valid for three days.',
      ],
      link: { label: 'Confirm my address', url: `${url}/verification/${d.token}` },
    }),
  },
  already_registered: {
    fr: (_, url) => ({
      subject: 'Vous avez déjà un compte',
      paragraphs: [
        'Quelqu’un, sans doute vous, a demandé l’ouverture d’un compte avec cette adresse. Vous en avez déjà un : connectez-vous, ou choisissez un nouveau mot de passe si vous l’avez oublié.',
      ],
      link: { label: 'Me connecter', url: `${url}/connexion` },
    }),
    en: (_, url) => ({
      subject: 'You already have an account',
      paragraphs: [
        'Somebody, probably you, asked for an account with this address. You already have one: sign in, or choose a new password if you have forgotten it.',
      ],
      link: { label: 'Sign in', url: `${url}/connexion` },
    }),
  },
  reset_password: {
    fr: (d, url) => ({
      subject: 'Choisissez un nouveau mot de passe',
      paragraphs: [
        `Bonjour ${d.displayName},`,
        'Vous avez demandé un nouveau mot de passe. Ce lien est valable une heure et ne sert qu’une fois. Si la demande ne vient pas de vous, ignorez ce message.',
      ],
      link: { label: 'Choisir un mot de passe', url: `${url}/mot-de-passe/${d.token}` },
    }),
    en: (d, url) => ({
      subject: 'Choose a new password',
      paragraphs: [
        `Hello ${d.displayName},`,
        'You asked for a new password. This link is valid for one hour and works once. If you did not ask, ignore this message.',
      ],
      link: { label: 'Choose a password', url: `${url}/mot-de-passe/${d.token}` },
    }),
  },
  booking_confirmed: {
    fr: (d, url) => ({
      subject: `Réservation confirmée : ${d.siteName}, ${d.date}`,
      paragraphs: [`Bonjour ${d.displayName},`, `Votre réservation est confirmée. ${whatFr(d)}`, ...pinFr(d.pin)],
      link: { label: 'Voir ma réservation', url: `${url}/reservations/${d.bookingId}` },
    }),
    en: (d, url) => ({
      subject: `Booking confirmed: ${d.siteName}, ${d.date}`,
      paragraphs: [`Hello ${d.displayName},`, `Your booking is confirmed. ${whatEn(d)}`, ...pinEn(d.pin)],
      link: { label: 'See my booking', url: `${url}/reservations/${d.bookingId}` },
    }),
  },
  booking_moved: {
    fr: (d, url) => ({
      subject: `Réservation déplacée : ${d.siteName}, ${d.date}`,
      paragraphs: [`Bonjour ${d.displayName},`, `Votre réservation est déplacée. ${whatFr(d)}`, ...pinFr(d.pin)],
      link: { label: 'Voir ma réservation', url: `${url}/reservations/${d.bookingId}` },
    }),
    en: (d, url) => ({
      subject: `Booking moved: ${d.siteName}, ${d.date}`,
      paragraphs: [`Hello ${d.displayName},`, `Your booking has been moved. ${whatEn(d)}`, ...pinEn(d.pin)],
      link: { label: 'See my booking', url: `${url}/reservations/${d.bookingId}` },
    }),
  },
  booking_cancelled: {
    fr: (d, url) => ({
      subject: `Réservation annulée : ${d.siteName}, ${d.date}`,
      paragraphs: [`Bonjour ${d.displayName},`, `Cette réservation est annulée. ${whatFr(d)}`],
      link: { label: 'Trouver un autre créneau', url: `${url}/lieux` },
    }),
    en: (d, url) => ({
      subject: `Booking cancelled: ${d.siteName}, ${d.date}`,
      paragraphs: [`Hello ${d.displayName},`, `This booking is cancelled. ${whatEn(d)}`],
      link: { label: 'Find another time', url: `${url}/lieux` },
    }),
  },
};

const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);

export function renderText({ paragraphs, link }: MailContent): string {
  return [...paragraphs, ...(link ? [`${link.label} : ${link.url}`] : []), 'Mitoyen'].join('\n\n');
}

/** Simple, readable without images, in any mail program. */
export function renderHtml(content: MailContent, locale: Locale): string {
  const body = content.paragraphs.map((p) => `<p style="margin:0 0 16px">${escapeHtml(p)}</p>`).join('');
  const link = content.link
    ? `<p style="margin:24px 0"><a href="${escapeHtml(content.link.url)}" style="background:#f2b134;color:#17241f;font-weight:bold;padding:12px 20px;border-radius:6px;text-decoration:none">${escapeHtml(content.link.label)}</a></p>`
    : '';
  return `<!doctype html><html lang="${locale}"><meta charset="utf-8"><title>${escapeHtml(content.subject)}</title><body style="margin:0;background:#f7f5ef;color:#12302d;font:16px/1.6 Verdana,sans-serif"><div style="max-width:560px;margin:0 auto;padding:32px 24px">${body}${link}<p style="color:#47605c;font-size:14px">Mitoyen</p></div></body></html>`;
}
