import {
  checkException,
  checkTemplate,
  compileSchedule,
  expandDay,
  expandRange,
  findSiteClashes,
  type Period,
  type PlanFault,
  type TemplateWindow,
  timeOfMinutes,
  type Weekday,
} from '@mitoyen/domain';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { instant } from './instants.ts';
import { exception, LIBRARY, planned, schedule, space, template, weekly } from './schedule-facts.ts';

const SPACES = [space('hall'), space('room', 0)];

function faults(
  windows: readonly TemplateWindow[],
  more: Parameters<typeof template>[3] = {},
  period: Period = { kind: 'always' },
): readonly PlanFault[] {
  const outcome = checkTemplate(template('plan', period, windows, more), SPACES);
  return outcome.ok ? [] : (outcome.detail ?? []);
}

describe('a template is kept only if it can be held', () => {
  test('the library’s templates are', () => {
    for (const each of LIBRARY.templates) expect(checkTemplate(each, SPACES)).toEqual({ ok: true, value: each });
  });

  test('two audiences who may not meet: overlapping by a minute is refused, touching is not', () => {
    const pair = (startsAt: string) => [
      weekly(3, 'professional', '09:00', '13:00', 'hall'),
      weekly(null, 'youth', startsAt, '18:00', 'hall'),
    ];
    expect(faults(pair('13:00'))).toEqual([]);
    expect(faults(pair('12:59'))).toEqual([
      {
        reason: 'incompatible_overlap',
        spaceId: 'hall',
        windowIds: ['professional-3-09:00hall', 'youth-all-12:59hall'],
      },
    ]);
    expect(faults([weekly(3, 'professional', '09:00', '13:00'), weekly(3, 'training', '10:00', '18:00')])).toEqual([]);
    expect(faults([weekly(3, 'staff', '09:00', '13:00'), weekly(3, 'youth', '10:00', '18:00')])).toEqual([]);
    expect(
      faults([weekly(3, 'professional', '09:00', '13:00', 'hall'), weekly(3, 'youth', '10:00', '18:00', 'room')]),
    ).toEqual([]);
  });

  test('a window as short as the handover is refused, with what it lacks; one minute longer it is kept', () => {
    const pair = (endsAt: string) => [weekly(3, 'professional', '09:00', '13:00'), weekly(3, 'youth', '13:00', endsAt)];
    expect(faults(pair('13:10'))).toEqual([
      {
        reason: 'no_room_for_handover',
        spaceId: 'hall',
        windowIds: ['professional-3-09:00', 'youth-3-13:00'],
        missingMinutes: 6,
      },
    ]);
    expect(faults(pair('13:15'))).toHaveLength(1);
    expect(faults(pair('13:16'))).toEqual([]);
    // The room without handover has no such worry.
    expect(
      faults([weekly(3, 'professional', '09:00', '13:00', 'room'), weekly(3, 'youth', '13:00', '13:05', 'room')]),
    ).toEqual([]);
  });

  test('the handover over midnight counts, and the week comes round', () => {
    const night = (first: Weekday, next: Weekday) => [
      weekly(first, 'general', '20:00', '24:00'),
      weekly(next, 'youth', '00:00', '00:15'),
    ];
    expect(faults(night(1, 2)).map(({ reason }) => reason)).toEqual(['no_room_for_handover']);
    expect(faults(night(7, 1)).map(({ reason }) => reason)).toEqual(['no_room_for_handover']);
    expect(faults(night(1, 3))).toEqual([]);
  });

  test.each<[string, readonly TemplateWindow[], Parameters<typeof template>[3], Period?]>([
    ['not_a_range', [weekly(1, 'youth', '10:00', '10:00')], {}],
    ['unknown_audience', [weekly(1, 'nobody', '10:00', '11:00')], {}],
    ['unknown_space', [weekly(1, 'youth', '10:00', '11:00', 'attic')], {}],
    ['unknown_space', [], { spaceIds: ['attic'] }],
    ['space_not_spoken_for', [weekly(1, 'youth', '10:00', '11:00', 'room')], { spaceIds: ['hall'] }],
    ['not_a_period', [], { validFrom: '2027-01-01', validUntil: '2027-01-01' }],
    [
      'not_a_period',
      [],
      {},
      { kind: 'all_of', periods: [{ kind: 'date_range', from: '2027-01-02', until: '2027-01-02' }] },
    ],
  ])('%s', (reason, windows, more, period) => {
    expect(faults(windows, more, period).map((fault) => fault.reason)).toEqual([reason]);
  });

  test('all faults are told at once', () => {
    const outcome = checkTemplate(
      template('plan', { kind: 'always' }, [
        weekly(1, 'nobody', '10:00', '11:00'),
        weekly(1, 'youth', '12:00', '11:00'),
      ]),
      SPACES,
    );
    expect(outcome.ok ? [] : [outcome.reason, outcome.detail?.length]).toEqual(['unknown_audience', 2]);
  });

  test('for any template that is accepted, no day squeezes a window out', () => {
    const window = fc
      .record({
        weekday: fc.constantFrom<Weekday | null>(1, 2, 3, 4, 5, 6, 7, null),
        audience: fc.constantFrom('professional', 'youth', 'general', 'staff'),
        start: fc.integer({ min: 0, max: 95 }),
        length: fc.integer({ min: 1, max: 24 }),
      })
      .map(({ weekday, audience, start, length }) =>
        weekly(weekday, audience, timeOfMinutes(start * 15), timeOfMinutes(Math.min(96, start + length) * 15)),
      );
    let accepted = 0;
    fc.assert(
      fc.property(fc.array(window, { maxLength: 6 }), fc.constantFrom(0, 15, 120), (windows, minutes) => {
        const spaces = [space('hall', minutes)];
        const plan = template(
          'plan',
          { kind: 'always' },
          windows.map((each, index) => ({ ...each, id: `${index}` })),
        );
        const isKept = checkTemplate(plan, spaces).ok;
        const compiled = compileSchedule(schedule({ spaces, templates: [plan], onPublicHolidays: 'as_usual' }));
        // Two weeks without a clock change.
        const { squeezedOut } = expandRange(compiled, { from: '2027-01-04', until: '2027-01-18' });
        if (isKept) {
          accepted++;
          expect(squeezedOut).toEqual([]);
        } else if (squeezedOut.length === 0) {
          const outcome = checkTemplate(plan, spaces);
          expect(outcome.ok || outcome.reason).toBe('incompatible_overlap');
        }
      }),
      { numRuns: 150 },
    );
    expect(accepted).toBeGreaterThan(20);
  });
});

describe('an exception is kept only if it can be held', () => {
  const reasons = (change: Parameters<typeof exception>[2], spaceIds: string[] | null = null) => {
    const outcome = checkException(exception('e', '2027-01-05', change, { spaceIds }), SPACES);
    return outcome.ok ? [] : outcome.detail?.map(({ reason }) => reason);
  };

  test('its windows among themselves', () => {
    const windows = (endsAt: string) => [planned('youth', '09:00', endsAt), planned('general', '12:00', '14:00')];
    expect(reasons({ kind: 'replace', windows: windows('12:00') })).toEqual([]);
    expect(reasons({ kind: 'add', windows: windows('12:01') })).toEqual([
      'incompatible_overlap',
      'incompatible_overlap',
    ]);
    expect(reasons({ kind: 'add', windows: windows('12:01') }, ['hall'])).toEqual(['incompatible_overlap']);
    // One date has no night that comes round.
    expect(
      reasons({ kind: 'add', windows: [planned('youth', '00:00', '00:10'), planned('general', '23:00', '24:00')] }),
    ).toEqual([]);
  });

  test('a removal of nothing, and of nowhere', () => {
    expect(reasons({ kind: 'remove', startsAt: '10:00', endsAt: '10:00', audience: null })).toEqual(['not_a_range']);
    expect(reasons({ kind: 'remove', startsAt: '10:00', endsAt: '11:00', audience: null }, ['attic'])).toEqual([
      'unknown_space',
    ]);
    expect(reasons({ kind: 'remove', startsAt: '10:00', endsAt: '11:00', audience: null })).toEqual([]);
  });
});

describe('audiences that are never on the site at once', () => {
  const classes = new Map([
    ['professional', { axis: 'professional', siteClass: 'professional' }],
    ['youth', { axis: 'professional', siteClass: 'youth' }],
    ['social', { axis: 'social', siteClass: 'social' }],
  ]);
  const clashesOf = (youthFrom: string) => {
    const plan = template('plan', { kind: 'always' }, [
      weekly(2, 'professional', '09:00', '12:00', 'hall'),
      weekly(2, 'youth', youthFrom, '14:00', 'room'),
      weekly(2, 'social', '08:00', '18:00', 'room'),
      weekly(2, 'general', '08:00', '18:00', 'hall'),
    ]);
    const spaces = SPACES.map((each) => ({
      ...each,
      handoverMs: 0,
      classes: new Map([...each.classes.keys()].map((code) => [code, 'all'])),
    }));
    return findSiteClashes(
      expandDay(compileSchedule(schedule({ spaces, templates: [plan] })), '2027-01-05').windows,
      classes,
    );
  };

  test('clash in two spaces for as long as both are promised the site, and not when they only touch', () => {
    expect(clashesOf('12:00')).toEqual([]);
    expect(clashesOf('11:00')).toMatchObject([
      {
        from: instant('2027-01-05T11:00+01:00'),
        until: instant('2027-01-05T12:00+01:00'),
        windows: [{ audience: 'professional' }, { audience: 'youth' }],
      },
    ]);
  });
});
