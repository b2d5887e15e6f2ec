import {
  addDays,
  type Booker,
  type BusyFact,
  type Closure,
  compileSchedule,
  dayWindow,
  type EffectiveHours,
  effectiveWindows,
  expandAgreements,
  expandRange,
  type ResourceFacts,
  type ScheduledSpace,
  type StandingAgreement,
  type TemplateWindow,
  type Window,
} from '@mitoyen/domain';
import { PARIS, schedule, space, template } from './schedule-facts.ts';

/** The small place that the tests of this folder are about: an open area with desks, and a meeting room. */
export const professional: Booker = booker('professional', 'work');
export const training: Booker = booker('training', 'work');
export const youth: Booker = booker('youth', 'youth');
export const staff: Booker = { ...booker('staff', 'staff'), isStaff: true };

function booker(code: string, audienceClass: string): Booker {
  return { code, audienceClass, isStaff: false, structureId: null };
}

export function resource(id: string, facts: Partial<ResourceFacts> = {}): ResourceFacts {
  return { id, spaceId: 'area', bufferBeforeMs: 0, bufferAfterMs: 0, handoverMs: 0, seats: null, ...facts };
}

/** What a place has beside its weekly windows. Its spaces have no handover, unless said. */
export interface Place {
  readonly spaces?: readonly ScheduledSpace[];
  readonly closures?: readonly Closure[];
  readonly agreements?: readonly StandingAgreement[];
}

/** The hours of a date as they may be booked, from weekly windows: `hoursOn(MONDAY, [weekly(1, 'youth', '09:00', '12:00')])`. */
export function hoursOn(
  date: string,
  windows: readonly TemplateWindow[],
  { spaces = [space('area', 0), space('room', 0)], closures = [], agreements = [] }: Place = {},
): EffectiveHours & { readonly closures: readonly Closure[] } {
  const range = { from: date, until: addDays(date, 1) };
  const site = schedule({
    spaces,
    closures,
    templates: [template('usual', { kind: 'always' }, windows)],
    onPublicHolidays: 'as_usual',
  });
  const hours = effectiveWindows(
    {
      zone: PARIS,
      spaces,
      windows: expandRange(compileSchedule(site), range).windows,
      agreed: expandAgreements(site, agreements, range).windows,
      releases: [],
      shares: [],
      bookings: [],
    },
    dayWindow(date, PARIS).from,
  );
  return { ...hours, closures };
}

/** Hours lent to the choir, for good and for nothing. */
export function agreement(
  id: string,
  window: TemplateWindow,
  more: Partial<StandingAgreement> = {},
): StandingAgreement {
  return {
    id,
    hostStructureId: 'library',
    partnerStructureId: 'choir',
    spaceIds: ['area', 'room'],
    period: { kind: 'always' },
    windows: [{ ...window, id }],
    holdsOnPublicHolidays: true,
    isExclusive: true,
    price: { kind: 'free' },
    terms: '',
    validFrom: '2027-01-01',
    validUntil: null,
    ...more,
  };
}

/** A booking of one person, without buffers or handover, who minds nobody elsewhere on the site, unless said. */
export function busy(resourceId: string, audience: Booker, window: Window, more: Partial<BusyFact> = {}): BusyFact {
  return {
    resourceId,
    spaceId: 'area',
    audienceClass: audience.audienceClass,
    siteAxis: '',
    siteClass: '',
    seats: 1,
    present: window,
    occupied: window,
    spaceHold: window,
    ...more,
  };
}
