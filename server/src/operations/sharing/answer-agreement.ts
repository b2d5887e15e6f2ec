import {
  type AgreementRecord,
  advanceSchedule,
  findAgreement,
  findSite,
  insertRefundsDue,
  notifyLive,
  updateAgreement,
} from '@mitoyen/db/queries';
import { localDateOf } from '@mitoyen/domain';
import { worksFor } from '../../authorisation.ts';
import { type Context, signedIn } from '../../context.ts';
import { makeId } from '../../ids.ts';
import { ok, type Result, refuse } from '../../problems.ts';
import type { AgreementViewBody } from '../../routes/sharing/schemas.ts';
import type { SiteSchedule } from '../../schedule/site-schedule.ts';
import { decide, settle } from '../schedule/apply-change.ts';
import { consequencesOf } from '../schedule/consequences.ts';
import { tellOfChange } from '../schedule/tell-of-change.ts';
import { mayEndFrom, withAgreement, withoutAgreementFrom } from './agreement-consequences.ts';
import { getAgreement, loadAgreement } from './get-agreement.ts';
import { sharingChanged } from './release-rules.ts';
import { tellBothOfEnd, tellHost, tellPartner } from './tell-parties.ts';

/**
 * The partner's answer. Accepted, the agreement holds from its first day on; bookings that lose their hours stay or are given back, as
 * the host said in the proposal, all of it in one transaction, and both sides are written to.
 *
 * Refusals: `not_found`, `auth.forbidden` (the proposing side cannot answer), `agreement.not_in_state`, `agreement.changed_meanwhile`,
 * `agreement.dates_past` (its last day went by meanwhile), `sharing.never_on_one_site`.
 */
export async function answerAgreement(
  context: Context,
  id: string,
  input: { readonly accept: boolean; readonly revision: number },
): Promise<Result<AgreementViewBody>> {
  const { tx, networkId, now, services } = context;
  const locked = await lockAgreement(context, id, 'agreement.answer');
  if (!locked.ok) return locked;
  const record = locked.value;
  if (record.status !== 'proposed') return refuse('agreement.not_in_state');
  if (record.revision !== input.revision) return refuse('agreement.changed_meanwhile');
  const answered = { answeredAt: now, answeredBy: signedIn(context).accountId };
  if (!input.accept) {
    await updateAgreement(tx, networkId, id, { ...answered, status: 'declined' });
    await tellHost(context, id, 'agreement_declined');
    return getAgreement(context, id);
  }
  if (record.validUntil !== null && record.validUntil <= localDateOf(now, record.timeZone)) {
    return refuse('agreement.dates_past');
  }
  const before = await services.schedules.fresh(tx, networkId, record.siteId, now);
  if (before === null) return refuse('not_found');
  const settled = await settleAll(context, record, before, withAgreement(before, record), record.inTheWay);
  if (!settled.ok) return settled;
  await updateAgreement(tx, networkId, id, { ...answered, status: 'accepted', position: before.agreements.length });
  await sharingChanged(context, record.siteId);
  await tellHost(context, id, 'agreement_accepted');
  await tellPartner(context, id, 'agreement_accepted');
  return getAgreement(context, id);
}

/**
 * Ends an agreement from a date on (`from` is the first day on which it no longer holds), by either side; no later than its first day, it
 * never holds. What the partner has booked from then on stays unless `inTheWay` says otherwise.
 *
 * Refusals: `not_found`, `agreement.not_in_state`, `agreement.end_too_late`.
 */
export async function endAgreement(
  context: Context,
  id: string,
  input: { readonly from: string; readonly inTheWay: 'keep' | 'cancel' },
): Promise<Result<AgreementViewBody>> {
  const { tx, networkId, now, services } = context;
  const locked = await lockAgreement(context, id, 'agreement.end');
  if (!locked.ok) return locked;
  const record = locked.value;
  if (record.status !== 'accepted' && record.status !== 'ended') return refuse('agreement.not_in_state');
  if (!mayEndFrom(record, input.from, now)) return refuse('agreement.end_too_late');
  const before = await services.schedules.fresh(tx, networkId, record.siteId, now);
  if (before === null) return refuse('not_found');
  const after = withoutAgreementFrom(before, record, input.from);
  const settled = await settleAll(context, record, before, after, input.inTheWay);
  if (!settled.ok) return settled;
  const isHost = worksFor(context.actor, record.hostStructureId);
  const endedByStructureId = isHost ? record.hostStructureId : record.partnerStructureId;
  await updateAgreement(
    tx,
    networkId,
    id,
    input.from <= record.validFrom
      ? { status: 'withdrawn', endedAt: null, endedByStructureId }
      : { status: 'ended', endedAt: now, endedByStructureId, validUntil: input.from },
  );
  await sharingChanged(context, record.siteId);
  await tellBothOfEnd(context, id, endedByStructureId);
  return getAgreement(context, id);
}

/** The hours of its site first, then the agreement as it then is: whoever answers or ends it does so one after the other. */
async function lockAgreement(
  context: Context,
  id: string,
  action: 'agreement.answer' | 'agreement.end',
): Promise<Result<AgreementRecord>> {
  const { tx, networkId } = context;
  const loaded = await loadAgreement(context, id, action);
  if (!loaded.ok) return loaded;
  await advanceSchedule(tx, networkId, loaded.value.siteId);
  const record = await findAgreement(tx, networkId, id);
  return record === null ? refuse('not_found') : ok(record);
}

/** What becomes of the bookings that lose their hours; those who made them are written to. */
async function settleAll(
  context: Context,
  record: AgreementRecord,
  before: SiteSchedule,
  after: SiteSchedule,
  inTheWay: 'keep' | 'cancel',
): Promise<Result<null>> {
  const { tx, networkId, now, services } = context;
  const consequences = await consequencesOf(context, { before, after }, true);
  if (consequences.clashes.length > 0) return refuse('sharing.never_on_one_site');
  const site = await findSite(tx, networkId, { id: record.siteId });
  if (site === null) return refuse('not_found');
  const decided = await decide(context, { after }, consequences, { default: inTheWay });
  const settled = await settle(context, consequences, decided, { after });
  await insertRefundsDue(
    tx,
    settled.refunds.map(({ bookingId, refund }) => ({
      networkId,
      id: makeId(services, now),
      bookingId,
      amountMinor: refund.minor,
      currency: refund.currency,
      cause: 'schedule_change' as const,
      scheduleChangeId: null,
      createdAt: now,
    })),
  );
  await tellOfChange(context, site, {
    bookings: settled.told,
    closures: [],
    contacts: [],
    spaceNames: new Map(),
    message: null,
  });
  if (decided.length > 0) await notifyLive(tx, { networkId, siteId: record.siteId, kind: 'booking' });
  return ok(null);
}
