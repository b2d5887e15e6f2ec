import { describe, expect, test } from 'vitest';
import { chooseSlot, endsAfter, startsIn } from '../../web/src/lib/slots.ts';

/** Local hours of Paris in winter, as instants. */
const at = (time: string) => `2026-11-24T${time}:00.000Z`;
const morning = { from: at('08:00'), until: at('11:30') };
const afternoon = { from: at('13:15'), until: at('15:00') };

describe('where a booking may begin', () => {
  test('at each half hour from the edge of free time, until half an hour before its end', () => {
    expect(startsIn([morning], at('06:00'))).toEqual(
      ['08:00', '08:30', '09:00', '09:30', '10:00', '10:30', '11:00'].map(at),
    );
  });

  test('an edge off the half hours is offered as it is', () => {
    expect(startsIn([afternoon], at('06:00'))).toEqual(['13:15', '13:30', '14:00', '14:30'].map(at));
  });

  test.each([
    ['a minute before a quarter of an hour has gone', '08:14', '08:00'],
    ['a quarter of an hour on', '08:15', '08:30'],
  ])('%s', (_, now, first) => {
    expect(startsIn([morning], at(now))[0]).toBe(at(first));
  });

  test('free time shorter than half an hour offers nothing', () => {
    expect(startsIn([{ from: at('08:00'), until: at('08:29') }], at('06:00'))).toEqual([]);
    expect(startsIn([{ from: at('08:00'), until: at('08:30') }], at('06:00'))).toEqual([at('08:00')]);
  });

  test('the repeated hour of the end of summer time is two hours of half hours', () => {
    const night = { from: '2027-10-30T23:00:00.000Z', until: '2027-10-31T02:00:00.000Z' };
    expect(startsIn([night], '2027-10-30T12:00:00.000Z')).toHaveLength(6);
  });
});

describe('where it may end', () => {
  test('from half an hour after its start to the end of the free time around it', () => {
    expect(endsAfter([morning, afternoon], at('10:00'))).toEqual(['10:30', '11:00', '11:30'].map(at));
  });

  test('an end off the half hours is offered too', () => {
    expect(endsAfter([{ from: at('08:00'), until: at('09:10') }], at('08:30'))).toEqual(['09:00', '09:10'].map(at));
  });

  test('nowhere when it begins outside free time', () => {
    expect(endsAfter([morning], at('11:30'))).toEqual([]);
  });
});

describe('what is proposed', () => {
  const nothing = { startsAt: null, endsAt: null };

  test('what was asked for, when it is free', () => {
    const asked = { startsAt: at('09:00'), endsAt: at('10:30') };
    expect(chooseSlot([morning], at('06:00'), asked, at('08:00'))).toEqual(asked);
  });

  test('three hours from the first start, when nothing was asked for', () => {
    expect(chooseSlot([morning], at('06:00'), nothing, at('08:00'))).toEqual({
      startsAt: at('08:00'),
      endsAt: at('11:00'),
    });
  });

  test('from the usual hour on where a day opens early, before it only where nothing else is left', () => {
    expect(chooseSlot([morning], at('06:00'), nothing, at('09:00'))?.startsAt).toBe(at('09:00'));
    expect(chooseSlot([morning], at('06:00'), nothing, at('12:00'))?.startsAt).toBe(at('08:00'));
  });

  test('to the end of the free time, when that is less', () => {
    expect(chooseSlot([afternoon], at('06:00'), nothing, at('08:00'))).toEqual({
      startsAt: at('13:15'),
      endsAt: at('15:00'),
    });
  });

  test('the asked start and a usual length, when the asked end is past the free time', () => {
    const asked = { startsAt: at('10:00'), endsAt: at('13:00') };
    expect(chooseSlot([morning], at('06:00'), asked, at('08:00'))).toEqual({
      startsAt: at('10:00'),
      endsAt: at('11:30'),
    });
  });

  test('the next start of the same free time, when the asked one has gone by', () => {
    const asked = { startsAt: morning.from, endsAt: null };
    expect(chooseSlot([morning, afternoon], at('09:20'), asked, at('08:00'))?.startsAt).toBe(at('09:30'));
  });

  test('nothing when nothing is left', () => {
    expect(chooseSlot([morning], at('11:16'), nothing, at('08:00'))).toBeNull();
    expect(chooseSlot([], at('06:00'), nothing, at('08:00'))).toBeNull();
  });
});
