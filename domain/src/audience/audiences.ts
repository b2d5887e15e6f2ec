import type { Audience, AudienceClass } from './types.ts';

/**
 * The class of every audience with `isStaff`. It is reserved: a hold of this class is never a meeting of publics, so it
 * takes no space from anybody.
 */
export const STAFF_CLASS: AudienceClass = 'staff';

/** True when the two audiences may be in one space at the same time: one class, or one of them is staff. */
export function mayMeet(a: Audience, b: Audience): boolean {
  return a.isStaff || b.isStaff || a.audienceClass === b.audienceClass;
}

/**
 * True when bookings of the two classes may hold one space at the same time. The database's exclusion constraint says
 * the same.
 */
export function classesMayMeet(a: AudienceClass, b: AudienceClass): boolean {
  return a === b || a === STAFF_CLASS || b === STAFF_CLASS;
}

/** An audience as a network lists it. `letter` marks it where colour alone would (WCAG 2.2, 1.4.1). */
export interface AudienceDefinition extends Audience {
  readonly name: { readonly fr: string; readonly en: string };
  /** One capital letter, unique in its language's list. */
  readonly letter: { readonly fr: string; readonly en: string };
}

/** What a new network begins with. Networks edit their own list afterwards. */
export const DEFAULT_AUDIENCES: readonly AudienceDefinition[] = [
  {
    code: 'professional',
    audienceClass: 'work',
    isStaff: false,
    name: { fr: 'Professionnels', en: 'Professionals' },
    letter: { fr: 'P', en: 'P' },
  },
  {
    code: 'youth',
    audienceClass: 'youth',
    isStaff: false,
    name: { fr: 'Jeunes', en: 'Young people' },
    letter: { fr: 'J', en: 'Y' },
  },
  {
    code: 'general',
    audienceClass: 'general',
    isStaff: false,
    name: { fr: 'Tout public', en: 'Everyone' },
    letter: { fr: 'T', en: 'E' },
  },
  {
    code: 'social',
    audienceClass: 'general',
    isStaff: false,
    name: { fr: 'Accompagnement social', en: 'Social support' },
    letter: { fr: 'A', en: 'S' },
  },
  {
    code: 'training',
    audienceClass: 'work',
    isStaff: false,
    name: { fr: 'Formation', en: 'Training' },
    letter: { fr: 'F', en: 'T' },
  },
  {
    code: 'staff',
    audienceClass: STAFF_CLASS,
    isStaff: true,
    name: { fr: 'Équipe du lieu', en: 'Host team' },
    letter: { fr: 'E', en: 'H' },
  },
];
