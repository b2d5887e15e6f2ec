import { findMail, listMails } from '@mitoyen/db/queries';
import type { Context } from '../../context.ts';
import { ok, refuse } from '../../problems.ts';
import { iso, isoOrNull } from '../views.ts';

/** The mails that a demo would have sent, latest first. The routes exist in a demo only. */
export async function listOutbox({ tx, networkId }: Context) {
  const rows = await listMails(tx, networkId, 100);
  return ok({
    items: rows.map((row) => ({ ...row, createdAt: iso(row.createdAt), sentAt: isoOrNull(row.sentAt) })),
  });
}

/** One of them. Refusal: `not_found`. */
export async function getOutboxMail({ tx, networkId }: Context, id: string) {
  const mail = await findMail(tx, networkId, id);
  if (mail === null) return refuse('not_found');
  return ok({
    id: mail.id,
    recipient: mail.recipient,
    subject: mail.subject,
    text: mail.bodyText,
    html: mail.bodyHtml,
    calendar: mail.calendar,
    createdAt: iso(mail.createdAt),
    sentAt: isoOrNull(mail.sentAt),
  });
}
