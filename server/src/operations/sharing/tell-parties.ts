import { type AgreementRecord, findAgreement, listHostContacts } from '@mitoyen/db/queries';
import type { Context } from '../../context.ts';
import type { AgreementMail } from '../../mail/agreement-templates.ts';
import { formatLocalDate } from '../../mail/format.ts';
import { sendMail } from '../../mail/outgoing.ts';

/** Writes to the staff of the structure that borrows hours. */
export async function tellPartner(context: Context, id: string, template: AgreementMail): Promise<void> {
  const record = await findAgreement(context.tx, context.networkId, id);
  if (record !== null) await tell(context, record, record.partnerStructureId, template);
}

/** Writes to the staff of the structure whose rooms they are. */
export async function tellHost(context: Context, id: string, template: AgreementMail): Promise<void> {
  const record = await findAgreement(context.tx, context.networkId, id);
  if (record !== null) await tell(context, record, record.hostStructureId, template);
}

/** Writes to both sides that it ends, who ended it included: everybody has the date in writing. */
export async function tellBothOfEnd(context: Context, id: string, endedBy: string): Promise<void> {
  const record = await findAgreement(context.tx, context.networkId, id);
  if (record === null) return;
  const template = record.status === 'withdrawn' ? 'agreement_withdrawn' : 'agreement_ended';
  const [first, second] =
    endedBy === record.hostStructureId
      ? [record.partnerStructureId, record.hostStructureId]
      : [record.hostStructureId, record.partnerStructureId];
  await tell(context, record, first, template);
  await tell(context, record, second, template);
}

async function tell(
  context: Context,
  record: AgreementRecord,
  structureId: string,
  template: AgreementMail,
): Promise<void> {
  const contacts = await listHostContacts(context.tx, context.networkId, structureId);
  for (const { email, locale, displayName } of contacts) {
    await sendMail(context, {
      to: email,
      locale,
      template,
      data: {
        displayName,
        name: record.name,
        hostName: record.hostName,
        partnerName: record.partnerName,
        siteName: record.siteName,
        from: formatLocalDate(record.validFrom, locale),
        until: record.validUntil === null ? null : formatLocalDate(record.validUntil, locale),
        agreementId: record.id,
      },
    });
  }
}
