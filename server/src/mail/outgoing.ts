import { insertMail, insertOutbox } from '@mitoyen/db/queries';
import type { Context } from '../context.ts';
import { makeId } from '../ids.ts';
import type { Locale } from '../problems.ts';
import { type MailData, type MailTemplate, renderHtml, renderText, TEMPLATES } from './templates.ts';

/** Writes a mail in the running transaction; it leaves once that has committed, and again if the mail server was away. */
export async function sendMail<T extends MailTemplate>(
  context: Context,
  mail: { to: string; locale: Locale; template: T; data: MailData[T]; calendar?: string },
): Promise<void> {
  const { tx, networkId, now, services } = context;
  const content = TEMPLATES[mail.template][mail.locale](mail.data, services.config.publicUrl);
  const id = makeId(services, now);
  await insertMail(tx, {
    networkId,
    id,
    recipient: mail.to,
    subject: content.subject,
    bodyText: renderText(content),
    bodyHtml: renderHtml(content, mail.locale),
    calendar: mail.calendar ?? null,
    createdAt: now,
  });
  await insertOutbox(tx, {
    networkId,
    id: makeId(services, now),
    topic: 'mail',
    payload: { mailId: id },
    availableAt: now,
    createdAt: now,
  });
}
