import { insertMail, insertOutbox } from '@mitoyen/db/queries';
import type { Context } from '../context.ts';
import { makeId } from '../ids.ts';
import type { Locale } from '../problems.ts';
import { type MailData, type MailTemplate, renderHtml, renderText, TEMPLATES } from './templates.ts';

export interface OutgoingMail<T extends MailTemplate> {
  readonly to: string;
  readonly locale: Locale;
  readonly template: T;
  readonly data: MailData[T];
  readonly calendar?: string;
}

/** Writes a mail in the running transaction; it leaves once that has committed, and again if the mail server was away. */
export async function sendMail<T extends MailTemplate>(context: Context, outgoing: OutgoingMail<T>): Promise<void> {
  const { mail, work } = mailRows(context, outgoing);
  await insertMail(context.tx, mail);
  await insertOutbox(context.tx, work);
}

/** The rows of a mail and of the work of sending it, for who writes many at once (`insertMails`). */
export function mailRows<T extends MailTemplate>(
  { networkId, now, services }: Pick<Context, 'networkId' | 'now' | 'services'>,
  outgoing: OutgoingMail<T>,
) {
  const { to, locale, template, data, calendar = null } = outgoing;
  const content = TEMPLATES[template][locale](data, services.config.publicUrl);
  const id = makeId(services, now);
  return {
    mail: {
      networkId,
      id,
      recipient: to,
      subject: content.subject,
      bodyText: renderText(content),
      bodyHtml: renderHtml(content, locale),
      calendar,
      createdAt: now,
    },
    work: {
      networkId,
      id: makeId(services, now),
      topic: 'mail' as const,
      payload: { mailId: id },
      availableAt: now,
      createdAt: now,
    },
  };
}
