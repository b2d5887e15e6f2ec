import { describe, expect, test } from 'vitest';
import {
  choiceQuery,
  chosenSites,
  type OverviewSite,
  occupancyOf,
  readChoice,
  totalsOf,
} from '../../web/src/lib/overview.ts';

const choice = (query: string) => readChoice(new URLSearchParams(query));

const site = (commune: string, changes: Partial<OverviewSite> = {}): OverviewSite => ({
  id: commune,
  slug: commune.toLowerCase(),
  name: `Lieu de ${commune}`,
  commune,
  departement: '04',
  structureName: 'Structure',
  bridgeStatus: null,
  resourceCount: 4,
  bookedNow: 0,
  arrivedNow: 0,
  openHours: 100,
  bookableHours: 400,
  bookedHours: 100,
  usedHours: 80,
  bookingCount: 10,
  noShowCount: 1,
  memberCount: 5,
  revenue: { minor: 10_000, currency: 'EUR' },
  ...changes,
});

describe('what the address chooses', () => {
  test('nothing: this month, everywhere, the most booked first', () => {
    expect(choice('')).toEqual({ month: '', departement: '', sort: 'occupation', descending: true });
  });

  test.each([
    'mois=2026-13',
    'mois=26-01',
    'mois=2026-1',
    'departement=0',
    'departement=04%27',
    'tri=prix',
    'tri=__proto__',
  ])('%s is as if it were not there', (query) => {
    expect(choice(query)).toEqual(choice(''));
  });

  test.each([
    '',
    'mois=2026-03',
    'departement=2A&tri=recettes',
    'tri=lieu',
    'tri=lieu&sens=decroissant',
    'sens=croissant',
  ])('"%s" is written as it is read', (query) => {
    expect(choiceQuery(choice(query))).toBe(`?${query}`);
  });
});

describe('places in the order asked for', () => {
  const sites = [
    site('Seyne', { bookedHours: 40, revenue: { minor: 30_000, currency: 'EUR' } }),
    site('Étoile', { bookedHours: 200, departement: '05' }),
    site('Apt', { bookedHours: 0, bookableHours: 0, departement: '84' }),
  ];
  const communes = (query: string) => chosenSites(sites, choice(query)).map(({ commune }) => commune);

  test.each([
    ['', ['Étoile', 'Seyne', 'Apt']],
    ['sens=croissant', ['Apt', 'Seyne', 'Étoile']],
    ['tri=recettes', ['Seyne', 'Apt', 'Étoile']],
    ['tri=lieu', ['Apt', 'Étoile', 'Seyne']],
    ['departement=05', ['Étoile']],
    ['departement=99', []],
  ])('%s', (query, expected) => {
    expect(communes(query)).toEqual(expected);
  });

  test('a place that was never open is not booked, rather than not a number', () => {
    expect(occupancyOf({ bookedHours: 0, bookableHours: 0 })).toBe(0);
  });
});

test('totals sum hours before they are compared, and count the boxes that are silent', () => {
  const totals = totalsOf([
    site('Apt', { bookableHours: 1_000, bookedHours: 10, bridgeStatus: 'offline' }),
    site('Gap', { bookableHours: 10, bookedHours: 10, bridgeStatus: 'online' }),
  ]);
  expect(occupancyOf(totals)).toBeCloseTo(20 / 1_010);
  expect(totals).toMatchObject({ siteCount: 2, silentCount: 1, revenue: { minor: 20_000, currency: 'EUR' } });
});
