import type { Audience, BusyFact, OpeningRule, ResourceFacts, Window } from '@mitoyen/domain';

/** The small place that the tests of this folder are about: an open area with desks, and a meeting room. */
export const PARIS = 'Europe/Paris';
export const professional: Audience = { code: 'professional', audienceClass: 'work', isStaff: false };
export const training: Audience = { code: 'training', audienceClass: 'work', isStaff: false };
export const youth: Audience = { code: 'youth', audienceClass: 'youth', isStaff: false };
export const staff: Audience = { code: 'staff', audienceClass: 'staff', isStaff: true };

export function resource(id: string, facts: Partial<ResourceFacts> = {}): ResourceFacts {
  return { id, spaceId: 'area', bufferBeforeMs: 0, bufferAfterMs: 0, handoverMs: 0, ...facts };
}

/** `rule(professional, 1, '09:00', '12:00')`: Mondays, in every space, without bounds. */
export function rule(
  audience: Audience,
  weekday: OpeningRule['weekday'],
  startsAt: string,
  endsAt: string,
  more: Partial<OpeningRule> = {},
): OpeningRule {
  return {
    id: `${audience.code}-${weekday}-${startsAt}`,
    spaceId: null,
    audience: audience.code,
    audienceClass: audience.audienceClass,
    weekday,
    startsAt,
    endsAt,
    validFrom: null,
    validUntil: null,
    ...more,
  };
}

/** A booking without buffers or handover, unless said. */
export function busy(resourceId: string, audience: Audience, window: Window, more: Partial<BusyFact> = {}): BusyFact {
  return {
    resourceId,
    spaceId: 'area',
    audienceClass: audience.audienceClass,
    occupied: window,
    spaceHold: window,
    ...more,
  };
}
