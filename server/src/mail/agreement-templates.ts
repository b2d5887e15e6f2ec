import type { Locale } from '../problems.ts';
import type { MailContent } from './templates.ts';

export interface AgreementMailData {
  readonly displayName: string;
  /** Of the agreement. */
  readonly name: string;
  readonly hostName: string;
  readonly partnerName: string;
  readonly siteName: string;
  /** Written out, in the reader's language; `until` is the first day on which it no longer holds, null: no end is set. */
  readonly from: string;
  readonly until: string | null;
  readonly agreementId: string;
}

export type AgreementMail =
  | 'agreement_proposed'
  | 'agreement_withdrawn'
  | 'agreement_accepted'
  | 'agreement_declined'
  | 'agreement_ended';
export type AgreementMails = Record<AgreementMail, AgreementMailData>;

const whatFr = (d: AgreementMailData) =>
  `« ${d.name} » : ${d.hostName} prête des heures à ${d.partnerName}, ${d.siteName}. Elle vaut à partir du ${d.from}${d.until === null ? ', sans date de fin' : `, et ne vaut plus à partir du ${d.until}`}.`;
const whatEn = (d: AgreementMailData) =>
  `“${d.name}”: ${d.hostName} lends hours to ${d.partnerName}, ${d.siteName}. It holds from ${d.from}${d.until === null ? ', with no end set' : `, and no longer from ${d.until}`}.`;

const mail = (
  fr: { subject: (d: AgreementMailData) => string; lead: (d: AgreementMailData) => string; label: string },
  en: { subject: (d: AgreementMailData) => string; lead: (d: AgreementMailData) => string; label: string },
): Record<Locale, (data: AgreementMailData, publicUrl: string) => MailContent> => ({
  fr: (d, url) => ({
    subject: fr.subject(d),
    paragraphs: [`Bonjour ${d.displayName},`, fr.lead(d), whatFr(d)],
    link: { label: fr.label, url: `${url}/conventions/${d.agreementId}` },
  }),
  en: (d, url) => ({
    subject: en.subject(d),
    paragraphs: [`Hello ${d.displayName},`, en.lead(d), whatEn(d)],
    link: { label: en.label, url: `${url}/conventions/${d.agreementId}` },
  }),
});

export const AGREEMENT_TEMPLATES: { [T in AgreementMail]: ReturnType<typeof mail> } = {
  agreement_proposed: mail(
    {
      subject: (d) => `Convention proposée : ${d.name}`,
      lead: (d) => `${d.hostName} vous propose une convention. Rien ne change avant votre réponse.`,
      label: 'Lire et répondre',
    },
    {
      subject: (d) => `Agreement proposed: ${d.name}`,
      lead: (d) => `${d.hostName} proposes an agreement to you. Nothing changes before you answer.`,
      label: 'Read and answer',
    },
  ),
  agreement_withdrawn: mail(
    {
      subject: (d) => `Convention retirée : ${d.name}`,
      lead: () => 'Cette convention est retirée : elle ne prendra pas effet.',
      label: 'Voir la convention',
    },
    {
      subject: (d) => `Agreement taken back: ${d.name}`,
      lead: () => 'This agreement is taken back: it will not take effect.',
      label: 'See the agreement',
    },
  ),
  agreement_accepted: mail(
    {
      subject: (d) => `Convention acceptée : ${d.name}`,
      lead: (d) => `${d.partnerName} a accepté cette convention.`,
      label: 'Voir la convention',
    },
    {
      subject: (d) => `Agreement accepted: ${d.name}`,
      lead: (d) => `${d.partnerName} has accepted this agreement.`,
      label: 'See the agreement',
    },
  ),
  agreement_declined: mail(
    {
      subject: (d) => `Convention refusée : ${d.name}`,
      lead: (d) => `${d.partnerName} a refusé cette convention. Rien n’a changé ; vous pouvez en proposer une autre.`,
      label: 'Voir la convention',
    },
    {
      subject: (d) => `Agreement declined: ${d.name}`,
      lead: (d) => `${d.partnerName} has declined this agreement. Nothing has changed; you may propose another one.`,
      label: 'See the agreement',
    },
  ),
  agreement_ended: mail(
    {
      subject: (d) => `Fin de convention : ${d.name}`,
      lead: () => 'Cette convention prend fin.',
      label: 'Voir la convention',
    },
    {
      subject: (d) => `Agreement ending: ${d.name}`,
      lead: () => 'This agreement comes to its end.',
      label: 'See the agreement',
    },
  ),
};
