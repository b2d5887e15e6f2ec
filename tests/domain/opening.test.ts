import { admits, type EffectiveWindow, type WindowUse } from '@mitoyen/domain';
import { expect, test } from 'vitest';
import { professional, staff, training, youth } from './site-facts.ts';

const window = (audience: string, use: WindowUse): Pick<EffectiveWindow, 'audience' | 'use'> => ({ audience, use });
const choir = (code: typeof youth) => ({ ...code, structureId: 'choir' });

test('hours admit their own audience and staff, not another audience of the same class', () => {
  const own = window('professional', { kind: 'own' });
  expect([professional, training, youth, staff].map((booker) => admits(own, booker))).toEqual([
    true,
    false,
    false,
    true,
  ]);
});

test('a structure of one’s own is no hindrance in hours that are nobody’s in particular', () => {
  expect(admits(window('youth', { kind: 'own' }), choir(youth))).toBe(true);
});

test('hours agreed with a structure admit its public only, of their audience, and staff', () => {
  const agreed = window('youth', { kind: 'agreed', agreementId: 'a', partnerStructureId: 'choir' });
  const bookers = [choir(youth), youth, { ...youth, structureId: 'club' }, choir(professional), staff];
  expect(bookers.map((booker) => admits(agreed, booker))).toEqual([true, false, false, false, true]);
});

test('promised hours are their audience’s, released ones the other’s', () => {
  const promised = window('youth', { kind: 'promised', releaseId: 'r', releasedTo: 'professional', releasesAt: 0 });
  expect([youth, professional].map((booker) => admits(promised, booker))).toEqual([true, false]);
  const released = window('professional', { kind: 'released', releaseId: 'r', promisedTo: 'youth', tariffId: null });
  expect([youth, professional].map((booker) => admits(released, booker))).toEqual([false, true]);
});
