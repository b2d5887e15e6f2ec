import { describe, expect, test } from 'vitest';
import { readSearch, searchHref } from '../../web/src/lib/search.ts';

const read = (query: string) => readSearch(new URLSearchParams(query));

describe('the search that an address says', () => {
  test('every field of the form', () => {
    expect(read('q=Apt&date=2026-11-25&de=09:00&a=12:30&type=desk&public=youth&rayon=50&page=2')).toMatchObject({
      q: 'Apt',
      date: '2026-11-25',
      from: '09:00',
      until: '12:30',
      kind: 'desk',
      audience: 'youth',
      within: '50',
      page: 2,
    });
  });

  test.each([
    ['an hour that no clock shows', 'de=24:00', 'from', ''],
    ['a kind that is not booked', 'type=castle', 'kind', ''],
    ['a distance that is not offered', 'rayon=9999', 'within', '30'],
    ['a page before the first', 'page=0', 'page', 1],
    ['a page that is no number', 'page=two', 'page', 1],
    ['a commune that is no INSEE code', 'commune=Apt', 'commune', ''],
    ['a position that is none', 'lat=91.x', 'lat', ''],
  ] as const)('%s is as if it were not there', (_, query, field, value) => {
    expect(read(query)[field]).toBe(value);
  });

  test('a Corsican commune has a letter in its code', () => {
    expect(read('commune=2A004').commune).toBe('2A004');
  });

  test('a very long text is cut, so that the API takes it', () => {
    expect(read(`q=${'a'.repeat(500)}`).q).toHaveLength(100);
  });
});

test('another page of the same search changes the page and nothing else', () => {
  const current = new URLSearchParams('q=Apt&rayon=50&page=2');
  expect(searchHref(current, { page: '3' })).toBe('/lieux?q=Apt&rayon=50&page=3');
  expect(searchHref(current, { page: '', q: '', rayon: '' })).toBe('/lieux');
});
