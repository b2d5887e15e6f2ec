import {
  HOLIDAY_CARE_RATIOS,
  type SupervisionFacts,
  type SupervisionPolicy,
  supervisionAllows,
  supervisorsNeeded,
} from '@mitoyen/domain';
import { describe, expect, test } from 'vitest';
import { instant, MINUTE } from './instants.ts';

const NOW = instant('2026-11-25T14:00+01:00');
const POLICY: SupervisionPolicy = {
  withoutReferent: 'referent_first',
  graceMs: 5 * MINUTE,
  ratios: HOLIDAY_CARE_RATIOS,
  needsGuardianConsent: true,
};
const child = (age: number, hasGuardianConsent = true) => ({ kind: 'minor', age, hasGuardianConsent }) as const;
const THERE = { from: NOW - MINUTE, until: null };

function asked(facts: Partial<SupervisionFacts> = {}, policy: Partial<SupervisionPolicy> = {}): string {
  const outcome = supervisionAllows(
    {
      referents: [THERE],
      otherSupervisors: 0,
      minors: [],
      presentInSpace: 1,
      presentInBuilding: 1,
      spaceCapacity: 30,
      buildingCapacity: 50,
      arrival: child(14),
      ...facts,
      policy: { ...POLICY, ...policy },
    },
    NOW,
  );
  return outcome.ok ? 'in' : outcome.reason;
}

describe('youth hours with a referent', () => {
  test('without a referent the door opens for the referent first', () => {
    expect(asked({ referents: [] })).toBe('no_referent');
    expect(asked({ referents: [], arrival: { kind: 'adult' } })).toBe('no_referent');
    expect(asked({ referents: [], arrival: { kind: 'referent' } })).toBe('in');
    expect(asked()).toBe('in');
  });

  test('configurable: for anyone, with the ratio still kept; or not asked at all', () => {
    expect(asked({ referents: [] }, { withoutReferent: 'anyone' })).toBe('ratio_reached');
    expect(asked({ referents: [] }, { withoutReferent: 'anyone', ratios: null })).toBe('in');
    expect(asked({ referents: [], arrival: { kind: 'adult' } }, { withoutReferent: 'not_needed' })).toBe('in');
  });

  test('a referent is there from check-in on, and for the others until the grace after leaving is over', () => {
    const left = (minutesAgo: number) => [{ from: NOW - 60 * MINUTE, until: NOW - minutesAgo * MINUTE }];
    const adult = { kind: 'adult' } as const;
    expect(asked({ referents: [{ from: NOW, until: null }], arrival: adult })).toBe('in');
    expect(asked({ referents: [{ from: NOW + 1, until: null }], arrival: adult })).toBe('no_referent');
    expect(asked({ referents: left(4), arrival: adult })).toBe('in');
    expect(asked({ referents: left(5), arrival: adult })).toBe('no_referent');
    // One who left watches nobody.
    expect(asked({ referents: left(4) })).toBe('ratio_reached');
  });

  test('a minor needs a guardian’s consent where it is asked for', () => {
    expect(asked({ arrival: child(14, false) })).toBe('consent_missing');
    expect(asked({ arrival: child(14, false) }, { needsGuardianConsent: false })).toBe('in');
  });

  test('one adult for twelve: the twelfth comes in, the thirteenth does not', () => {
    const teens = (count: number) => Array.from({ length: count }, () => 12);
    expect(asked({ minors: teens(11) })).toBe('in');
    expect(asked({ minors: teens(12) })).toBe('ratio_reached');
    expect(asked({ minors: teens(12), otherSupervisors: 1 })).toBe('in');
    expect(asked({ minors: teens(30), arrival: { kind: 'adult' } })).toBe('in');
  });

  test('the bounds of space and building hold for everybody', () => {
    expect(asked({ presentInSpace: 29, presentInBuilding: 49 })).toBe('in');
    expect(asked({ presentInSpace: 30 })).toBe('space_full');
    expect(asked({ presentInSpace: 30, presentInBuilding: 50, arrival: { kind: 'referent' } })).toBe('building_full');
  });

  test('figures come with the answer', () => {
    const facts = {
      policy: POLICY,
      referents: [THERE, THERE],
      otherSupervisors: 1,
      minors: [4, 4, 4, 4, 9],
      presentInSpace: 0,
      presentInBuilding: 0,
      spaceCapacity: 9,
      buildingCapacity: 9,
      arrival: child(9),
    };
    expect(supervisionAllows(facts, NOW)).toEqual({
      ok: true,
      value: { referentsPresent: 2, supervisors: 3, supervisorsNeeded: 1 },
    });
    expect(supervisionAllows({ ...facts, spaceCapacity: 0 }, NOW)).toMatchObject({
      ok: false,
      detail: { supervisors: 3 },
    });
  });
});

test('adults needed: by age, exactly, a begun adult is a whole one', () => {
  const ages = (young: number, older: number) => [
    ...Array.from({ length: young }, () => 5),
    ...Array.from({ length: older }, () => 6),
  ];
  const needed = (young: number, older: number) => supervisorsNeeded(ages(young, older), HOLIDAY_CARE_RATIOS);
  expect([needed(0, 0), needed(8, 0), needed(9, 0), needed(0, 12), needed(0, 13)]).toEqual([0, 1, 2, 1, 2]);
  // Half an adult and half an adult; one child more is another adult.
  expect([needed(4, 6), needed(4, 7), needed(5, 6)]).toEqual([1, 2, 2]);
  expect(supervisorsNeeded([18, 40], HOLIDAY_CARE_RATIOS)).toBe(0);
  expect(supervisorsNeeded([5, 5], null)).toBe(0);
});
