import type { Locale } from '../problems.ts';
import { AGREEMENT_TEMPLATES, type AgreementMails } from './agreement-templates.ts';
import { SERIES_TEMPLATES, type SeriesMails } from './series-templates.ts';

/** A mail as paragraphs and one link: text and HTML are made from the same words. */
export interface MailContent {
  readonly subject: string;
  readonly paragraphs: readonly string[];
  /** After the paragraphs: many short things of one kind. */
  readonly list?: readonly string[];
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

/** Why the place changed somebody's booking. */
export interface HoursNote {
  readonly reason: 'closed' | 'in_handover' | 'audience_not_admitted' | 'outside_opening_window';
  /** In the host's own words. */
  readonly message: string | null;
  /** Written out; null: nothing is given back. */
  readonly refund: string | null;
}

/** What each template needs. */
export interface MailData extends SeriesMails, AgreementMails {
  verify_email: { displayName: string; token: string };
  already_registered: Record<string, never>;
  reset_password: { displayName: string; token: string };
  host_invited: { displayName: string; structureName: string; invitedBy: string; token: string };
  host_added: { displayName: string; structureName: string; invitedBy: string };
  booking_confirmed: BookingMailData & { pin: string | null };
  booking_moved: BookingMailData & { pin: string | null; note?: HoursNote };
  booking_cancelled: BookingMailData & { note?: HoursNote };
  booking_kept: BookingMailData & { note: HoursNote };
  booking_shortened: BookingMailData & { note: HoursNote };
  closure_announced: {
    displayName: string;
    siteName: string;
    siteSlug: string;
    spaceName: string | null;
    /** Each with its day. */
    from: string;
    until: string;
    reason: string | null;
    message: string | null;
  };
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

const REASONS: Record<Locale, Record<HoursNote['reason'], string>> = {
  fr: {
    closed: 'Le lieu est fermé à ce moment-là.',
    in_handover: 'Ce temps sert désormais à ranger et à aérer entre deux publics.',
    audience_not_admitted: 'À ce moment-là, cet espace accueille désormais un autre public.',
    outside_opening_window: 'Le lieu change d’horaires et n’est plus ouvert à ce moment-là.',
  },
  en: {
    closed: 'The place is closed at that time.',
    in_handover: 'This time now serves to tidy and air the space between two publics.',
    audience_not_admitted: 'At that time this space now welcomes another public.',
    outside_opening_window: 'The place changes its hours and is no longer open at that time.',
  },
};
const noteFr = (note: HoursNote | undefined) =>
  note === undefined
    ? []
    : [
        REASONS.fr[note.reason],
        ...(note.message === null ? [] : [`Le message du lieu : « ${note.message} »`]),
        ...(note.refund === null ? [] : [`${note.refund} vous seront rendus.`]),
      ];
const noteEn = (note: HoursNote | undefined) =>
  note === undefined
    ? []
    : [
        REASONS.en[note.reason],
        ...(note.message === null ? [] : [`The place writes: “${note.message}”`]),
        ...(note.refund === null ? [] : [`${note.refund} will be given back to you.`]),
      ];
const sentences = (...parts: readonly string[][]) => {
  const all = parts.flat();
  return all.length === 0 ? [] : [all.join(' ')];
};

export const TEMPLATES: Templates = {
  ...SERIES_TEMPLATES,
  ...AGREEMENT_TEMPLATES,
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
  host_invited: {
    fr: (d, url) => ({
      subject: `${d.structureName} : votre accès à l’équipe`,
      paragraphs: [
        `Bonjour ${d.displayName},`,
        `${d.invitedBy} vous ouvre un accès pour gérer les lieux de « ${d.structureName} » : horaires, réservations, portes. Choisissez votre mot de passe pour commencer. Ce lien est valable sept jours et ne sert qu’une fois.`,
      ],
      link: { label: 'Choisir mon mot de passe', url: `${url}/mot-de-passe/${d.token}` },
    }),
    en: (d, url) => ({
      subject: `${d.structureName}: your access to the team`,
      paragraphs: [
        `Hello ${d.displayName},`,
        `${d.invitedBy} gives you access to run the places of “${d.structureName}”: hours, bookings, doors. Choose your password to begin. This link is valid for seven days and works once.`,
      ],
      link: { label: 'Choose my password', url: `${url}/mot-de-passe/${d.token}` },
    }),
  },
  host_added: {
    fr: (d, url) => ({
      subject: `${d.structureName} : vous êtes dans l’équipe`,
      paragraphs: [
        `Bonjour ${d.displayName},`,
        `${d.invitedBy} vous confie les lieux de « ${d.structureName} » : horaires, réservations, portes. Votre compte reste le même.`,
      ],
      link: { label: 'Voir mes lieux', url: `${url}/mes-lieux` },
    }),
    en: (d, url) => ({
      subject: `${d.structureName}: you are on the team`,
      paragraphs: [
        `Hello ${d.displayName},`,
        `${d.invitedBy} has put you in charge of the places of “${d.structureName}”: hours, bookings, doors. Your account stays the same.`,
      ],
      link: { label: 'See my places', url: `${url}/mes-lieux` },
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
      paragraphs: [
        `Bonjour ${d.displayName},`,
        ...sentences(noteFr(d.note)),
        `Votre réservation est déplacée. ${whatFr(d)}`,
        ...pinFr(d.pin),
      ],
      link: { label: 'Voir ma réservation', url: `${url}/reservations/${d.bookingId}` },
    }),
    en: (d, url) => ({
      subject: `Booking moved: ${d.siteName}, ${d.date}`,
      paragraphs: [
        `Hello ${d.displayName},`,
        ...sentences(noteEn(d.note)),
        `Your booking has been moved. ${whatEn(d)}`,
        ...pinEn(d.pin),
      ],
      link: { label: 'See my booking', url: `${url}/reservations/${d.bookingId}` },
    }),
  },
  booking_cancelled: {
    fr: (d, url) => ({
      subject: `Réservation annulée : ${d.siteName}, ${d.date}`,
      paragraphs: [
        `Bonjour ${d.displayName},`,
        `Cette réservation est annulée. ${whatFr(d)}`,
        ...sentences(noteFr(d.note)),
      ],
      link: { label: 'Trouver un autre créneau', url: `${url}/lieux` },
    }),
    en: (d, url) => ({
      subject: `Booking cancelled: ${d.siteName}, ${d.date}`,
      paragraphs: [`Hello ${d.displayName},`, `This booking is cancelled. ${whatEn(d)}`, ...sentences(noteEn(d.note))],
      link: { label: 'Find another time', url: `${url}/lieux` },
    }),
  },
  booking_kept: {
    fr: (d, url) => ({
      subject: `Votre réservation reste valable : ${d.siteName}, ${d.date}`,
      paragraphs: [
        `Bonjour ${d.displayName},`,
        `Les horaires changent, votre réservation reste valable : ${whatFr(d)} Votre code et votre badge ouvrent comme prévu.`,
        ...sentences(noteFr(d.note)),
      ],
      link: { label: 'Voir ma réservation', url: `${url}/reservations/${d.bookingId}` },
    }),
    en: (d, url) => ({
      subject: `Your booking stays valid: ${d.siteName}, ${d.date}`,
      paragraphs: [
        `Hello ${d.displayName},`,
        `The hours change, your booking stays valid: ${whatEn(d)} Your code and your badge open as before.`,
        ...sentences(noteEn(d.note)),
      ],
      link: { label: 'See my booking', url: `${url}/reservations/${d.bookingId}` },
    }),
  },
  booking_shortened: {
    fr: (d, url) => ({
      subject: `Votre réservation finit plus tôt : ${d.siteName}, ${d.date}`,
      paragraphs: [
        `Bonjour ${d.displayName},`,
        `Votre réservation en cours finit à ${d.until}. ${whatFr(d)}`,
        ...sentences(noteFr(d.note)),
      ],
      link: { label: 'Voir ma réservation', url: `${url}/reservations/${d.bookingId}` },
    }),
    en: (d, url) => ({
      subject: `Your booking ends earlier: ${d.siteName}, ${d.date}`,
      paragraphs: [
        `Hello ${d.displayName},`,
        `Your booking that is running ends at ${d.until}. ${whatEn(d)}`,
        ...sentences(noteEn(d.note)),
      ],
      link: { label: 'See my booking', url: `${url}/reservations/${d.bookingId}` },
    }),
  },
  closure_announced: {
    fr: (d, url) => ({
      subject: `${d.siteName} : fermeture`,
      paragraphs: [
        `Bonjour ${d.displayName},`,
        `${d.spaceName === null ? d.siteName : `${d.spaceName} (${d.siteName})`} sera fermé : du ${d.from} au ${d.until}.`,
        ...sentences(
          d.reason === null ? [] : [`Motif : ${d.reason}.`],
          d.message === null ? [] : [`Le message du lieu : « ${d.message} »`],
        ),
      ],
      link: { label: 'Voir les horaires', url: `${url}/lieux/${d.siteSlug}` },
    }),
    en: (d, url) => ({
      subject: `${d.siteName}: closed for a time`,
      paragraphs: [
        `Hello ${d.displayName},`,
        `${d.spaceName === null ? d.siteName : `${d.spaceName} (${d.siteName})`} will be closed from ${d.from} until ${d.until}.`,
        ...sentences(
          d.reason === null ? [] : [`Reason: ${d.reason}.`],
          d.message === null ? [] : [`The place writes: “${d.message}”`],
        ),
      ],
      link: { label: 'See the hours', url: `${url}/lieux/${d.siteSlug}` },
    }),
  },
};

const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);

export function renderText({ paragraphs, list = [], link }: MailContent): string {
  const listed = list.length === 0 ? [] : [list.map((item) => `- ${item}`).join('\n')];
  return [...paragraphs, ...listed, ...(link ? [`${link.label} : ${link.url}`] : []), 'Mitoyen'].join('\n\n');
}

/** Simple, readable without images, in any mail program. */
export function renderHtml(content: MailContent, locale: Locale): string {
  const body = content.paragraphs.map((p) => `<p style="margin:0 0 16px">${escapeHtml(p)}</p>`).join('');
  const items = (content.list ?? []).map((item) => `<li>${escapeHtml(item)}</li>`).join('');
  const list = items === '' ? '' : `<ul style="margin:0 0 16px;padding-left:20px">${items}</ul>`;
  const link = content.link
    ? `<p style="margin:24px 0"><a href="${escapeHtml(content.link.url)}" style="background:#f2b134;color:#17241f;font-weight:bold;padding:12px 20px;border-radius:6px;text-decoration:none">${escapeHtml(content.link.label)}</a></p>`
    : '';
  return `<!doctype html><html lang="${locale}"><meta charset="utf-8"><title>${escapeHtml(content.subject)}</title><body style="margin:0;background:#f7f5ef;color:#12302d;font:16px/1.6 Verdana,sans-serif"><div style="max-width:560px;margin:0 auto;padding:32px 24px">${body}${list}${link}<p style="color:#47605c;font-size:14px">Mitoyen</p></div></body></html>`;
}
