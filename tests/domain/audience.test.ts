import { type Audience, classesMayMeet, DEFAULT_AUDIENCES, mayMeet, STAFF_CLASS } from '@mitoyen/domain';
import { describe, expect, test } from 'vitest';

const byCode = new Map(DEFAULT_AUDIENCES.map((audience) => [audience.code, audience]));
const audience = (code: string) => byCode.get(code) as Audience;

describe('who may meet in one space', () => {
  test('professionals and trainees, the general and the social public; youth only youth', () => {
    const publics = ['professional', 'training', 'general', 'social', 'youth'];
    const pairs = publics.flatMap((a) =>
      publics.filter((b) => a < b && mayMeet(audience(a), audience(b))).map((b) => `${a} ${b}`),
    );
    expect(pairs.sort()).toEqual(['general social', 'professional training']);
    expect(mayMeet(audience('youth'), audience('youth'))).toBe(true);
  });

  test('staff meet everybody', () => {
    for (const each of DEFAULT_AUDIENCES) {
      expect(mayMeet(audience('staff'), each) && mayMeet(each, audience('staff'))).toBe(true);
    }
  });

  test('classes say the same as audiences', () => {
    for (const a of DEFAULT_AUDIENCES) {
      for (const b of DEFAULT_AUDIENCES) {
        expect(classesMayMeet(a.audienceClass, b.audienceClass), `${a.code} ${b.code}`).toBe(mayMeet(a, b));
      }
    }
  });
});

describe('the audiences of a new network', () => {
  test('have codes, names and letters of their own in each language', () => {
    for (const key of ['fr', 'en'] as const) {
      expect(new Set(DEFAULT_AUDIENCES.map(({ letter }) => letter[key])).size).toBe(DEFAULT_AUDIENCES.length);
      expect(new Set(DEFAULT_AUDIENCES.map(({ name }) => name[key])).size).toBe(DEFAULT_AUDIENCES.length);
      for (const { letter } of DEFAULT_AUDIENCES) expect(letter[key]).toMatch(/^\p{Lu}$/u);
    }
    expect(byCode.size).toBe(DEFAULT_AUDIENCES.length);
  });

  test('staff are the ones in the reserved class, and nobody else is', () => {
    for (const each of DEFAULT_AUDIENCES) expect(each.isStaff).toBe(each.audienceClass === STAFF_CLASS);
  });
});
