import type { NewId } from './edit.ts';
import type { Period, Template, TemplateWindow } from './types.ts';

export const PRESETS = ['library', 'work', 'services'] as const;
export type Preset = (typeof PRESETS)[number];

/** Days, hours and audience: `1-5 09:00-18:00 professional`. */
type Hours = readonly [days: readonly number[], startsAt: string, endsAt: string, audience: string];

interface Plan {
  /** Names are the page's to say. */
  readonly name: 'term' | 'holidays' | 'summer' | 'always';
  readonly period: Period;
  readonly hours: readonly Hours[];
}

const WORKDAYS = [1, 2, 3, 4, 5];

const PLANS: Record<Preset, readonly Plan[]> = {
  library: [
    {
      name: 'term',
      period: { kind: 'school_term' },
      hours: [
        [[1, 2, 4, 5], '09:00', '18:00', 'professional'],
        [[3], '09:00', '13:00', 'professional'],
        [[3], '13:00', '18:00', 'youth'],
      ],
    },
    {
      name: 'holidays',
      period: { kind: 'school_holiday', names: null },
      hours: [
        [WORKDAYS, '09:00', '12:00', 'professional'],
        [WORKDAYS, '14:00', '18:00', 'youth'],
      ],
    },
    { name: 'summer', period: { kind: 'summer' }, hours: [[WORKDAYS, '08:00', '13:00', 'professional']] },
  ],
  work: [{ name: 'always', period: { kind: 'always' }, hours: [[WORKDAYS, '08:30', '18:30', 'professional']] }],
  services: [
    {
      name: 'always',
      period: { kind: 'always' },
      hours: [
        [WORKDAYS, '09:00', '12:00', 'social'],
        [WORKDAYS, '13:30', '18:00', 'professional'],
      ],
    },
  ],
};

/** Audiences that a preset speaks of; it is offered where the network has them all. */
export function audiencesOf(preset: Preset): string[] {
  return [...new Set(PLANS[preset].flatMap(({ hours }) => hours.map(([, , , audience]) => audience)))];
}

export function templatesOf(preset: Preset, nameOf: (name: Plan['name']) => string, newId: NewId): Template[] {
  return PLANS[preset].map(({ name, period, hours }) => ({
    id: newId(),
    name: nameOf(name),
    spaceIds: null,
    period,
    validFrom: null,
    validUntil: null,
    origin: 'host',
    windows: hours.flatMap(([days, startsAt, endsAt, audience]) =>
      days.map(
        (weekday): TemplateWindow => ({
          id: newId(),
          spaceId: null,
          audience,
          weekday: weekday as TemplateWindow['weekday'],
          startsAt,
          endsAt,
        }),
      ),
    ),
  }));
}
