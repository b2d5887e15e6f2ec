import { describe, expect, test } from 'vitest';
import { safeReturnTo, signInPath } from '../../web/src/lib/server/return-to.ts';

describe('where one goes after signing in', () => {
  test.each(['/lieux/annot?date=2026-11-25&debut=2026-11-25T08:00:00.000Z', '/reservations', '/lieux?q=a#b'])(
    'a page of this site: %s',
    (path) => {
      expect(safeReturnTo(path)).toBe(path);
    },
  );

  test.each([
    'https://elsewhere.example/',
    '//elsewhere.example/',
    '/\\elsewhere.example/',
    '/\t/elsewhere.example/',
    '\n//elsewhere.example',
    'javascript:alert(1)',
    'lieux',
    '',
  ])('never to another host, nor by another scheme: %j', (address) => {
    expect(safeReturnTo(address, '/home')).toBe('/home');
  });

  test('not to what only becomes another host once its path is resolved', () => {
    expect(safeReturnTo('/.//elsewhere.example')).toBe('/');
  });

  test('home when there is no address, or a file in its place', () => {
    expect(safeReturnTo(null)).toBe('/');
    expect(safeReturnTo(new File([], 'x'))).toBe('/');
  });

  test('the whole address survives the sign-in page', () => {
    const path = '/lieux/annot?date=2026-11-25&public=youth';
    const carried = new URL(signInPath(path), 'http://localhost').searchParams.get('retour');
    expect(safeReturnTo(carried)).toBe(path);
  });
});
