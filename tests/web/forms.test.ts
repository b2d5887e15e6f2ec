import { describe, expect, it } from 'vitest';
import { codeOf, coordinatesOf, fieldsOf } from '../../web/src/lib/server/forms.ts';

const form = (fields: Record<string, string>) => {
  const data = new FormData();
  for (const [name, value] of Object.entries(fields)) data.set(name, value);
  return fieldsOf(data);
};

describe('coordinates', () => {
  it.each([
    ['43.8469, 6.5136', 43.8469, 6.5136],
    ['43.8469,6.5136', 43.8469, 6.5136],
    ['43,8469 ; 6,5136', 43.8469, 6.5136],
    ['43,8469 6,5136', 43.8469, 6.5136],
    ['-21.115141 55.536384', -21.115141, 55.536384],
    [' 44 ; 6 ', 44, 6],
  ])('are read as maps give them: %s', (text, latitude, longitude) => {
    expect(coordinatesOf(text)).toEqual({ latitude, longitude });
  });

  it.each(['', '43.8469', 'place de l’Église', '43.8469, 6.5136, 12'])('are none in "%s"', (text) => {
    const { latitude, longitude } = coordinatesOf(text);
    expect(Number.isNaN(latitude) || Number.isNaN(longitude)).toBe(true);
  });
});

describe('an amount', () => {
  it.each([
    ['12,50', 1250],
    ['12.5', 1250],
    ['0', 0],
    ['', null],
    ['19,99', 1999],
    ['douze', Number.NaN],
  ])('typed as "%s" is %s cents', (text, cents) => {
    expect(form({ price: text }).centsOrNull('price')).toEqual(cents);
  });
});

describe('codes', () => {
  it('are words as addresses have them', () => {
    expect(codeOf('L’Argentière-la-Bessée')).toBe('l-argentiere-la-bessee');
    expect(codeOf('  Cœur & Cie ! ')).toBe('coeur-cie');
    expect(codeOf(`${'a'.repeat(59)} b`)).toBe('a'.repeat(59));
    expect(form({ labels: 'France services, EPN,, ' }).codes('labels')).toEqual(['france-services', 'epn']);
  });
});
