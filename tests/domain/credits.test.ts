import {
  addDays,
  type CreditEntry,
  checkWallet,
  coverageFor,
  creditAvailableOn,
  creditBalance,
  creditHistory,
  creditsOfUsage,
  drawAllCredits,
  drawCredits,
  expireCredits,
  grantBalances,
  type HoursEntitlement,
  type HoursSource,
  hoursGrant,
  type NewCreditEntry,
  restoreCredits,
  spendCredits,
  valueOfCredit,
} from '@mitoyen/domain';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

/** A wallet as its table would be: entries are appended and get the next id. */
class Wallet {
  readonly entries: CreditEntry[] = [];

  append(fresh: readonly NewCreditEntry[]): void {
    for (const entry of fresh) {
      const id = `e${String(this.entries.length).padStart(4, '0')}`;
      this.entries.push({ ...entry, id, grantId: entry.grantId ?? id, at: this.entries.length });
    }
  }

  grant(quantity: number, expiresOn: string | null, usableFrom: string | null = null): string {
    this.append([
      {
        walletId: 'w',
        unit: 'minute',
        kind: 'grant',
        quantity,
        grantId: null,
        usableFrom,
        expiresOn,
        usageId: null,
        usedOn: null,
        cause: 'pack_bought',
      },
    ]);
    return (this.entries.at(-1) as CreditEntry).id;
  }

  spend(quantity: number, usedOn: string, usageId: string): boolean {
    const draws = drawAllCredits(this.entries, { unit: 'minute', quantity, usedOn });
    if (draws.ok) {
      this.append(spendCredits(draws.value, { walletId: 'w', unit: 'minute', usageId, usedOn, cause: 'booking' }));
    }
    return draws.ok;
  }

  left(): number[] {
    return grantBalances(this.entries, 'minute').map(({ left }) => left);
  }

  get balance(): number {
    return creditBalance(this.entries, 'minute');
  }
}

const forfeit = { kind: 'forfeit' } as const;

describe('the hours of a plan', () => {
  const period = { firstOn: '2027-01-31', lastOn: '2027-02-27' };
  const grant = (hours: HoursEntitlement) => hoursGrant(hours, { walletId: 'w', period, cause: 'plan_period' });

  test('of a period end with it; of a pack after its months; others have none', () => {
    expect(grant({ kind: 'per_period', minutes: 600 })).toMatchObject({
      quantity: 600,
      usableFrom: '2027-01-31',
      expiresOn: '2027-02-27',
    });
    expect(grant({ kind: 'pack', minutes: 600, validMonths: 1 })?.expiresOn).toBe('2027-02-27');
    expect(grant({ kind: 'pack', minutes: 600, validMonths: 12 })?.expiresOn).toBe('2028-01-30');
    expect([grant({ kind: 'none' }), grant({ kind: 'unlimited' })]).toEqual([null, null]);
  });

  test('cover a booking: what has no limit first, then what expires soonest, never what is over by then', () => {
    const wallet = (id: string, quantity: number, expiresOn: string | null): HoursSource => {
      const of = new Wallet();
      of.grant(quantity, expiresOn);
      return { id, name: id, hours: { kind: 'pack', minutes: quantity, validMonths: 1 }, entries: of.entries };
    };
    const sources = [
      wallet('endless', 600, null),
      wallet('june', 90, '2027-06-30'),
      wallet('may', 600, '2027-05-31'),
      wallet('crumb', 14, '2027-06-02'),
    ];
    const covered = (usedOn: string, more: HoursSource[] = []) =>
      coverageFor([...sources, ...more], { minutes: 240, usedOn }).map(({ sourceId, minutes }) => [sourceId, minutes]);
    expect(covered('2027-05-31')).toEqual([
      ['may', 240],
      ['june', 90],
      ['endless', 240],
    ]);
    expect(covered('2027-06-01')).toEqual([
      ['june', 90],
      ['endless', 240],
    ]);
    const plan: HoursSource = { id: 'plan', name: 'plan', hours: { kind: 'unlimited' }, entries: [] };
    expect(covered('2027-07-01', [plan])).toEqual([
      ['plan', null],
      ['endless', 240],
    ]);
  });
});

describe('what is spent first', () => {
  test('the credit that expires soonest, then the older, then the one without an end', () => {
    const wallet = new Wallet();
    const endless = wallet.grant(60, null);
    const june = wallet.grant(60, '2027-06-30');
    const may = wallet.grant(60, '2027-05-31');
    const laterMay = wallet.grant(60, '2027-05-31');
    const draws = drawCredits(wallet.entries, { unit: 'minute', quantity: 200, usedOn: '2027-05-10' });
    expect(draws.map(({ grantId, quantity }) => [grantId, quantity])).toEqual([
      [may, 60],
      [laterMay, 60],
      [june, 60],
      [endless, 20],
    ]);
  });

  test('what expires before the day of the usage pays for nothing of it: the last day yes, the day after no', () => {
    const wallet = new Wallet();
    wallet.grant(60, '2027-05-31');
    expect(drawAllCredits(wallet.entries, { unit: 'minute', quantity: 60, usedOn: '2027-05-31' }).ok).toBe(true);
    expect(drawAllCredits(wallet.entries, { unit: 'minute', quantity: 60, usedOn: '2027-06-01' })).toEqual({
      ok: false,
      reason: 'not_enough_credit',
      detail: { available: 0 },
    });
    expect(creditAvailableOn(wallet.entries, 'minute', '2027-06-01')).toBe(0);
  });

  test('nor what begins after it', () => {
    const wallet = new Wallet();
    wallet.grant(60, null, '2027-06-01');
    expect([
      creditAvailableOn(wallet.entries, 'minute', '2027-05-31'),
      creditAvailableOn(wallet.entries, 'minute', '2027-06-01'),
    ]).toEqual([0, 60]);
  });

  test('all or nothing, or what there is', () => {
    const wallet = new Wallet();
    wallet.grant(60, null);
    const usage = { unit: 'minute', quantity: 61, usedOn: '2027-05-10' } as const;
    expect(drawAllCredits(wallet.entries, usage)).toMatchObject({ ok: false, detail: { available: 60 } });
    expect(drawCredits(wallet.entries, usage)).toMatchObject([{ quantity: 60 }]);
    expect(drawCredits(wallet.entries, { ...usage, unit: 'day' })).toEqual([]);
  });
});

test('of two that expire on one day the older, whatever their ids; among as old as each other, by id', () => {
  const grants = (...all: (readonly [id: string, at: number])[]): CreditEntry[] =>
    all.map(([id, at]) => ({
      id,
      at,
      grantId: id,
      walletId: 'w',
      unit: 'minute',
      kind: 'grant',
      quantity: 10,
      usableFrom: null,
      expiresOn: '2027-05-31',
      usageId: null,
      usedOn: null,
      cause: 'pack_bought',
    }));
  const order = (entries: CreditEntry[]) => grantBalances(entries, 'minute').map(({ grant }) => grant.id);
  expect(order(grants(['a', 2], ['b', 1], ['d', 3], ['c', 3]))).toEqual(['b', 'a', 'c', 'd']);
  const history = creditHistory(grants(['late', 2], ['early', 1], ['later', 2]), 'minute');
  expect(history.map(({ entry, balance }) => [entry.id, balance])).toEqual([
    ['early', 10],
    ['late', 20],
    ['later', 30],
  ]);
});

describe('giving back', () => {
  const spent = () => {
    const wallet = new Wallet();
    wallet.grant(60, '2027-05-31');
    wallet.grant(60, '2027-06-30');
    wallet.spend(90, '2027-05-20', 'booking');
    return wallet;
  };
  const restore = (
    wallet: Wallet,
    quantity: number | null,
    on: string,
    expired: Parameters<typeof restoreCredits>[1]['expired'] = forfeit,
  ) => {
    const refund = restoreCredits(wallet.entries, { usageId: 'booking', quantity, on, expired, cause: 'cancelled' });
    wallet.append(refund.entries);
    return refund.forfeited;
  };

  test('all of it goes back where it came from', () => {
    const wallet = spent();
    expect(wallet.left()).toEqual([0, 30]);
    expect(restore(wallet, null, '2027-05-19')).toBe(0);
    expect(wallet.left()).toEqual([60, 60]);
    expect(creditsOfUsage(wallet.entries, 'booking')).toEqual([]);
  });

  test('a part goes first to what lasts longest', () => {
    const wallet = spent();
    restore(wallet, 45, '2027-05-19');
    expect(wallet.left()).toEqual([15, 60]);
  });

  test('a part that one grant can take moves no other', () => {
    const wallet = spent();
    const { entries } = restoreCredits(wallet.entries, {
      usageId: 'booking',
      quantity: 30,
      on: '2027-05-19',
      expired: forfeit,
      cause: 'cancelled',
    });
    expect(entries.map(({ kind, quantity }) => [kind, quantity])).toEqual([['restore', 30]]);
  });

  test('never more than was spent, however often it is asked for', () => {
    const wallet = spent();
    restore(wallet, 500, '2027-05-19');
    restore(wallet, null, '2027-05-19');
    expect(wallet.balance).toBe(120);
  });

  test('on the last day it still goes back; a day later it is lost, or granted anew for some days, as the rule says', () => {
    const last = spent();
    expect(restore(last, null, '2027-05-31')).toBe(0);
    expect(last.left()).toEqual([60, 60]);
    const late = spent();
    expect(restore(late, null, '2027-06-01')).toBe(60);
    expect(late.left()).toEqual([0, 60]);
    const kind = spent();
    expect(restore(kind, null, '2027-06-01', { kind: 'regrant', days: 30 })).toBe(0);
    expect(restore(kind, null, '2027-06-01', { kind: 'regrant', days: 30 })).toBe(0);
    expect(creditAvailableOn(kind.entries, 'minute', '2027-06-30')).toBe(120);
    expect(creditAvailableOn(kind.entries, 'minute', '2027-07-01')).toBe(60);
    expect(creditAvailableOn(kind.entries, 'minute', '2027-07-02')).toBe(0);
    expect(checkWallet(kind.entries)).toEqual([]);
  });
});

describe('the end of credit', () => {
  test('the day after its last day what is left is written off, once', () => {
    const wallet = new Wallet();
    wallet.grant(60, '2027-05-31');
    wallet.grant(60, null);
    wallet.spend(20, '2027-05-20', 'booking');
    expect(expireCredits(wallet.entries, '2027-05-31')).toEqual([]);
    wallet.append(expireCredits(wallet.entries, '2027-06-01'));
    expect([wallet.left(), wallet.balance]).toEqual([[0, 60], 60]);
    expect(expireCredits(wallet.entries, '2027-06-02')).toEqual([]);
  });
});

describe('the history', () => {
  test('says every movement, with the balance after it and the last day of what it moved', () => {
    const wallet = new Wallet();
    wallet.grant(60, '2027-05-31');
    wallet.spend(20, '2027-05-20', 'booking');
    wallet.append(
      restoreCredits(wallet.entries, {
        usageId: 'booking',
        quantity: null,
        on: '2027-05-19',
        expired: forfeit,
        cause: 'cancelled',
      }).entries,
    );
    expect(
      creditHistory(wallet.entries, 'minute').map(({ entry, balance, expiresOn }) => [
        entry.kind,
        entry.quantity,
        balance,
        expiresOn,
      ]),
    ).toEqual([
      ['grant', 60, 60, '2027-05-31'],
      ['consume', -20, 40, '2027-05-31'],
      ['restore', 20, 60, '2027-05-31'],
    ]);
  });
});

describe('the audit of a wallet', () => {
  const wallet = new Wallet();
  const grantId = wallet.grant(60, '2027-05-31');
  const entry: CreditEntry = {
    id: 'x',
    walletId: 'w',
    unit: 'minute',
    kind: 'consume',
    quantity: -10,
    grantId,
    usableFrom: null,
    expiresOn: null,
    usageId: 'b',
    usedOn: '2027-05-31',
    cause: 'booking',
    at: 9,
  };
  const found = (...more: Partial<CreditEntry>[]) =>
    checkWallet([...wallet.entries, ...more.map((each) => ({ ...entry, ...each }))]).map(({ kind }) => kind);

  test('finds what must not be', () => {
    expect(found({})).toEqual([]);
    expect(found({ quantity: -61 })).toEqual(['overdrawn']);
    expect(found({ usedOn: '2027-06-01' })).toEqual(['used_outside_validity']);
    expect(found({ usedOn: null })).toEqual(['used_outside_validity']);
    expect(found({ grantId: 'none' })).toEqual(['no_such_grant']);
    expect(found({ walletId: 'other' })).toEqual(['no_such_grant']);
    expect(found({ kind: 'restore', quantity: 1 })).toEqual(['restored_too_much']);
    expect(found({ quantity: 10 })).toContain('wrong_sign');
    expect(found({ quantity: 0 })).toEqual(['wrong_sign']);
    expect(found({}, { id: 'y', kind: 'restore', quantity: 10 })).toEqual([]);
  });
});

describe('what a part of a pack is worth', () => {
  test('for any steps in which it is used up, the parts add up to the price', () => {
    fc.assert(
      fc.property(
        fc.nat({ max: 1_000_000 }),
        fc.array(fc.integer({ min: 1, max: 500 }), { minLength: 1, maxLength: 30 }),
        (priceMinor, steps) => {
          const quantity = steps.reduce((sum, step) => sum + step, 0);
          let used = 0;
          let worth = 0;
          for (const step of steps) {
            const part = valueOfCredit({ quantity, priceMinor }, used, step);
            expect(part).toBeGreaterThanOrEqual(0);
            worth += part;
            used += step;
          }
          expect(worth).toBe(priceMinor);
        },
      ),
    );
  });
});

describe('for any life of a wallet', () => {
  const day = fc.nat({ max: 120 }).map((days) => addDays('2027-01-01', days));
  const step = fc.oneof(
    fc.record({
      do: fc.constant('grant' as const),
      quantity: fc.integer({ min: 1, max: 600 }),
      expiresOn: fc.option(day, { nil: null }),
      usableFrom: fc.option(day, { nil: null, freq: 1 }),
    }),
    fc.record({
      do: fc.constant('spend' as const),
      quantity: fc.integer({ min: 1, max: 400 }),
      after: fc.nat({ max: 40 }),
    }),
    fc.record({
      do: fc.constant('restore' as const),
      which: fc.nat(),
      quantity: fc.option(fc.integer({ min: 1, max: 400 }), { nil: null }),
      regrant: fc.boolean(),
    }),
    fc.record({ do: fc.constant('night' as const), days: fc.integer({ min: 1, max: 20 }) }),
  );

  test('no grant is ever below zero, none pays for a day outside its own, nothing is given back twice, and the balance is what is left', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const wallet = new Wallet();
        let today = '2027-01-01';
        let usages = 0;
        for (const each of steps) {
          const before = wallet.balance;
          if (each.do === 'grant') wallet.grant(each.quantity, each.expiresOn, each.usableFrom);
          if (each.do === 'spend') {
            const usedOn = addDays(today, each.after);
            const available = creditAvailableOn(wallet.entries, 'minute', usedOn);
            const isSpent = wallet.spend(each.quantity, usedOn, `usage-${usages++}`);
            expect(isSpent).toBe(each.quantity <= available);
            expect(wallet.balance).toBe(isSpent ? before - each.quantity : before);
          }
          if (each.do === 'restore' && usages > 0) {
            const usageId = `usage-${each.which % usages}`;
            const held = creditsOfUsage(wallet.entries, usageId).reduce((sum, { quantity }) => sum + quantity, 0);
            const expired = each.regrant ? ({ kind: 'regrant', days: 30 } as const) : forfeit;
            const refund = restoreCredits(wallet.entries, {
              usageId,
              quantity: each.quantity,
              on: today,
              expired,
              cause: 'cancelled',
            });
            wallet.append(refund.entries);
            expect(wallet.balance - before + refund.forfeited).toBe(Math.min(held, each.quantity ?? held));
            if (each.regrant) expect(refund.forfeited).toBe(0);
            const still = creditsOfUsage(wallet.entries, usageId).reduce((sum, { quantity }) => sum + quantity, 0);
            expect(still).toBe(held - Math.min(held, each.quantity ?? held));
          }
          if (each.do === 'night') {
            today = addDays(today, each.days);
            wallet.append(expireCredits(wallet.entries, today));
            // What is left after the night can be used today or later.
            for (const { grant, left } of grantBalances(wallet.entries, 'minute')) {
              if (grant.expiresOn !== null && grant.expiresOn < today) expect(left).toBe(0);
            }
          }
          expect(checkWallet(wallet.entries)).toEqual([]);
          expect(wallet.balance).toBe(wallet.left().reduce((sum, left) => sum + left, 0));
          expect(wallet.balance).toBeGreaterThanOrEqual(0);
        }
        expect(creditHistory(wallet.entries, 'minute').at(-1)?.balance ?? 0).toBe(wallet.balance);
      }),
    );
  });
});
