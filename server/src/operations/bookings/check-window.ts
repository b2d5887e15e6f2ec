import { type findBookableResource, findTariff, listBusy } from '@mitoyen/db/queries';
import {
  addDays,
  type BookableWindow,
  type Booker,
  type BookingLimits,
  dayWindow,
  type EffectiveWindow,
  type Instant,
  isBookable,
  localDateOf,
  type SiteClass,
  type Tariff,
  type Window,
} from '@mitoyen/domain';
import type { Context } from '../../context.ts';
import { ok, type Result, refuse } from '../../problems.ts';
import { dependsOnBookings, hoursOf } from '../../schedule/hours.ts';
import type { SiteSchedule } from '../../schedule/site-schedule.ts';
import { heldTime, resourceFacts, tariffOf } from '../places/site-facts.ts';
import { BOOKABLE_PROBLEMS } from './refusals.ts';

export type BookableResource = NonNullable<Awaited<ReturnType<typeof findBookableResource>>>;

export interface CheckedWindow extends BookableWindow {
  /** The booker's class in the space, as the booking's row must say it. */
  readonly audienceClass: string;
  readonly siteClass: SiteClass | null;
  readonly terms: BookingTerms;
}

export interface BookingTerms {
  readonly agreementId: string | null;
  readonly partnerStructureId: string | null;
  /** The resource's own, another, or none: nothing is to pay. */
  readonly tariff: 'resource' | 'free' | { readonly id: string };
}

/**
 * Whether hours, closures and limits let the booker have this time; the value says what it will occupy. Other bookings are looked at
 * only where hours hang on them: the constraints see them all, also those that are being made at this moment.
 */
export async function checkWindow(
  context: Context,
  resource: BookableResource,
  booker: Booker,
  window: Window,
): Promise<Result<CheckedWindow>> {
  const { tx, networkId, now, services } = context;
  const { siteId } = resource;
  const revisions = new Map([[siteId, resource.scheduleRevision]]);
  const schedule = (await services.schedules.of(tx, networkId, [siteId], now, revisions)).get(siteId);
  return schedule === undefined ? refuse('not_found') : checkWindowIn(context, schedule, resource, booker, window);
}

/** The same in hours that the caller has: those that it has just changed are in no store yet. */
export async function checkWindowIn(
  { tx, networkId, now }: Context,
  schedule: SiteSchedule,
  resource: BookableResource,
  booker: Booker,
  window: Window,
  limits?: BookingLimits,
): Promise<Result<CheckedWindow>> {
  // A range that ends before it starts is no question for the database.
  if (window.until <= window.from) return refuse('booking.ends_before_it_starts');
  const { siteId } = resource;
  const zone = resource.timeZone;
  const date = localDateOf(window.from, zone);
  const busy = dependsOnBookings(schedule) ? await listBusy(tx, networkId, [siteId], dayWindow(date, zone)) : [];
  const held = busy
    .filter((row) => row.holdExpiresAt === null || row.holdExpiresAt > now)
    .map((row) => heldTime(row, schedule));
  const { windows, handovers } = hoursOf(schedule, { from: date, until: addDays(date, 1) }, held, now);
  const audienceClass =
    schedule.schedule.spaces.find(({ id }) => id === resource.spaceId)?.classes.get(booker.code) ?? null;
  const siteClass = schedule.siteClasses.get(booker.code) ?? null;
  const outcome = isBookable(
    {
      resource: resourceFacts(resource, resource.handoverMinutes),
      zone,
      windows,
      handovers,
      closures: schedule.schedule.closures,
      busy: [],
      booker,
      audienceClass,
      siteClass,
      buildingCapacity: null,
      now,
      ...(limits && { limits }),
    },
    window,
  );
  if (!outcome.ok) return refuse(BOOKABLE_PROBLEMS[outcome.reason]);
  // `isBookable` admits nobody without a class.
  return ok({
    ...outcome.value,
    audienceClass: audienceClass ?? '',
    siteClass,
    terms: termsOf(outcome.value.openings, window.from, schedule, booker.structureId),
  });
}

/**
 * Under which terms a booking stands that begins at an instant: those of the window in which it begins. Where the booker's structure has
 * hours of its own then, by agreement or by a share, they go before everybody's.
 */
export function termsOf(
  openings: readonly EffectiveWindow[],
  at: Instant,
  schedule: SiteSchedule,
  structureId: string | null,
): BookingTerms {
  const begun = openings.filter(({ from, until }) => from <= at && at < until);
  const shareIn = ({ shares }: EffectiveWindow) => shares.find((share) => share.structureId === structureId);
  const opening = begun.find(({ use }) => use.kind === 'agreed') ?? begun.find(shareIn) ?? begun[0];
  const share = opening && shareIn(opening);
  if (share !== undefined) {
    const tariff = share.tariffId === null ? 'resource' : { id: share.tariffId };
    return { agreementId: null, partnerStructureId: share.structureId, tariff };
  }
  const use = opening?.use;
  if (use?.kind === 'released' && use.tariffId !== null) return { ...OWN_TERMS, tariff: { id: use.tariffId } };
  if (use?.kind !== 'agreed') return OWN_TERMS;
  const { agreementId, partnerStructureId } = use;
  const price = schedule.agreements.find(({ id }) => id === agreementId)?.price;
  // What is paid for all hours together is settled between the structures.
  return { agreementId, partnerStructureId, tariff: price?.kind === 'tariff' ? { id: price.tariffId } : 'free' };
}

const OWN_TERMS: BookingTerms = { agreementId: null, partnerStructureId: null, tariff: 'resource' };

/** The tariff of a booking under its terms; null: free. */
export async function tariffUnder(
  { tx, networkId }: Context,
  terms: BookingTerms,
  resource: BookableResource,
): Promise<Tariff | null> {
  if (terms.tariff === 'resource') return tariffOf(resource);
  return terms.tariff === 'free' ? null : findTariff(tx, networkId, terms.tariff.id);
}
