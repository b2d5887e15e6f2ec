import { ageOn, isMinorOn } from '@mitoyen/domain';
import { describe, expect, test } from 'vitest';

describe('age', () => {
  test('grows on the birthday, not the day before', () => {
    expect([ageOn('2010-03-15', '2027-03-14'), ageOn('2010-03-15', '2027-03-15')]).toEqual([16, 17]);
  });

  test('of somebody born on 29 February grows on 1 March, and on the 29th in leap years', () => {
    expect([ageOn('2012-02-29', '2027-02-28'), ageOn('2012-02-29', '2027-03-01')]).toEqual([14, 15]);
    expect([ageOn('2012-02-29', '2028-02-28'), ageOn('2012-02-29', '2028-02-29')]).toEqual([15, 16]);
  });

  test('makes a minor until the eighteenth birthday', () => {
    expect([isMinorOn('2009-11-25', '2027-11-24'), isMinorOn('2009-11-25', '2027-11-25')]).toEqual([true, false]);
  });
});
