import {
  type AgreementRecord,
  advanceSchedule,
  findAgreement,
  findNetworkCurrency,
  findSiteOfSharing,
  findTakenAgreementWindows,
  listAudiences,
  listStructureNames,
  listTariffNames,
  putAgreement,
  updateAgreement,
} from '@mitoyen/db/queries';
import { addDays, checkTemplate, localDateOf, minutesOf, type Period, type ScheduleTemplate } from '@mitoyen/domain';
import { type Context, signedIn } from '../../context.ts';
import { type Result, refuse } from '../../problems.ts';
import type { AgreementInput, AgreementViewBody } from '../../routes/sharing/schemas.ts';
import { loadSite } from '../host/load-site.ts';
import { getAgreement } from './get-agreement.ts';
import { tellPartner } from './tell-parties.ts';

/**
 * Proposes to lend hours to a partner structure, or changes what is proposed while it has no answer; the partner's staff are written to.
 * Nothing holds before they accept. Refusals: `not_found`, `auth.forbidden`, `agreement.not_in_state`, `sharing.partner_unknown`,
 * `sharing.audience_unknown`, `sharing.tariff_unknown`, `agreement.dates_past`, `agreement.hours_invalid` (with its faults).
 */
export async function proposeAgreement(
  context: Context,
  slug: string,
  id: string,
  input: AgreementInput,
): Promise<Result<AgreementViewBody>> {
  const { tx, networkId, now, services } = context;
  const loaded = await loadSite(context, slug, 'schedule.change');
  if (!loaded.ok) return loaded;
  const site = loaded.value;
  const found = await findSiteOfSharing(tx, networkId, 'agreement', id);
  if (found !== null && found !== site.id) return refuse('not_found');
  await advanceSchedule(tx, networkId, site.id);
  const [known, schedule, audiences, structures, tariffs, currency, taken] = await Promise.all([
    findAgreement(tx, networkId, id),
    services.schedules.fresh(tx, networkId, site.id, now),
    listAudiences(tx, networkId),
    listStructureNames(tx, networkId, [input.partnerStructureId]),
    listTariffNames(tx, networkId, site.structureId),
    findNetworkCurrency(tx, networkId),
    findTakenAgreementWindows(
      tx,
      networkId,
      id,
      input.windows.map((window) => window.id),
    ),
  ]);
  if (schedule === null) return refuse('not_found');
  if (known !== null && known.status !== 'proposed') return refuse('agreement.not_in_state');
  if (input.partnerStructureId === site.structureId || structures.length === 0)
    return refuse('sharing.partner_unknown');

  const offered = new Map(
    audiences.filter(({ isStaff, archivedAt }) => !isStaff && archivedAt === null).map((each) => [each.code, each.id]),
  );
  if (input.windows.some(({ audience }) => !offered.has(audience))) return refuse('sharing.audience_unknown');
  const { price } = input;
  if (price.kind === 'tariff' && !tariffs.some((tariff) => tariff.id === price.tariffId)) {
    return refuse('sharing.tariff_unknown');
  }
  if (price.kind === 'flat' && price.amount.currency !== currency) {
    return refuse('request.invalid', { errors: [{ path: 'body/price/amount/currency', message: currency }] });
  }
  const today = localDateOf(now, site.timeZone);
  const { validFrom, validUntil } = input;
  if (validFrom < today || (validUntil !== null && validUntil <= validFrom)) return refuse('agreement.dates_past');
  const ids = input.windows.map((window) => window.id);
  const template = { id, ...input } as unknown as ScheduleTemplate;
  const checked = checkTemplate(template, schedule.schedule.spaces);
  const faults = checked.ok ? [] : (checked.detail ?? []);
  if (faults.length > 0 || taken.length > 0 || new Set(ids).size < ids.length) {
    return refuse('agreement.hours_invalid', {
      faults: [
        ...faults.map(({ reason, windowIds, spaceId }) => ({ reason, windowIds: [...windowIds], spaceId })),
        ...(taken.length > 0 ? [{ reason: 'id_taken', windowIds: taken, spaceId: null }] : []),
      ],
    });
  }

  await putAgreement(
    tx,
    {
      networkId,
      id,
      siteId: site.id,
      hostStructureId: site.structureId,
      partnerStructureId: input.partnerStructureId,
      name: input.name.trim(),
      period: input.period as Period,
      holdsOnPublicHolidays: input.holdsOnPublicHolidays,
      isExclusive: input.isExclusive,
      inTheWay: input.inTheWay,
      priceKind: price.kind,
      tariffId: price.kind === 'tariff' ? price.tariffId : null,
      flatPer: price.kind === 'flat' ? price.per : null,
      flatMinor: price.kind === 'flat' ? price.amount.minor : null,
      flatCurrency: price.kind === 'flat' ? price.amount.currency : null,
      terms: input.terms.trim(),
      validFrom,
      validUntil,
      status: 'proposed',
      revision: (known?.revision ?? 0) + 1,
      proposedBy: signedIn(context).accountId,
      createdAt: known?.createdAt ?? now,
    },
    input.spaceIds,
    input.windows.map((window, position) => ({
      id: window.id,
      spaceId: window.spaceId,
      audienceId: offered.get(window.audience) as string,
      weekday: window.weekday,
      startsAtMinute: minutesOf(window.startsAt),
      endsAtMinute: minutesOf(window.endsAt),
      position,
    })),
  );
  await tellPartner(context, id, 'agreement_proposed');
  return getAgreement(context, id);
}

/** Takes a proposal back before it is answered. Refusals: `not_found`, `auth.forbidden`, `agreement.not_in_state`. */
export async function withdrawAgreement(
  context: Context,
  slug: string,
  id: string,
): Promise<Result<AgreementViewBody>> {
  const { tx, networkId } = context;
  const loaded = await loadSite(context, slug, 'schedule.change');
  if (!loaded.ok) return loaded;
  await advanceSchedule(tx, networkId, loaded.value.id);
  const known = await findAgreement(tx, networkId, id);
  if (known === null || known.siteId !== loaded.value.id) return refuse('not_found');
  if (known.status !== 'proposed') return refuse('agreement.not_in_state');
  await updateAgreement(tx, networkId, id, { status: 'withdrawn' });
  await tellPartner(context, id, 'agreement_withdrawn');
  return getAgreement(context, id);
}

/** The first day on which an agreement can be ended at the earliest. */
export const earliestEnd = (record: Pick<AgreementRecord, 'timeZone'>, now: number): string =>
  addDays(localDateOf(now, record.timeZone), 1);
