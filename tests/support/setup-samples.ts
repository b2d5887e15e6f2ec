/** Bodies that the routes of setting up take, for tests that call every route. */
export const audienceBody = {
  name: { fr: 'Seniors', en: 'Seniors' },
  letter: { fr: 'S', en: 'N' },
  color: '#6b5b2e',
  pattern: 'dots',
  minAge: 60,
  maxAge: null,
  needsReferent: false,
  needsGuardianConsent: false,
  hoursVisibleTo: 'everyone',
  namesVisibleTo: 'host',
};

export const structureBody = {
  name: 'Les Ateliers',
  legalForm: 'association',
  labels: ['epn'],
  contactEmail: 'bonjour@ateliers.example',
};

export const siteBody = (slug: string) => ({
  slug,
  name: 'L’Atelier',
  description: null,
  addressLine: null,
  postalCode: '04120',
  commune: 'Castellane',
  inseeCode: '04039',
  latitude: 43.8469,
  longitude: 6.5136,
  programmes: [],
});

export const spaceBody = { name: 'Le salon', kind: 'room', capacity: 6, handoverMinutes: 0 };

export const resourceBody = (spaceId: string, tariffId: string | null = null) => ({
  spaceId,
  tariffId,
  kind: 'desk',
  name: 'Table',
  capacity: 1,
  bufferBeforeMinutes: 0,
  bufferAfterMinutes: 0,
});

export const tariffBody = {
  name: 'Table',
  hourMinor: 300,
  halfDayMinor: null,
  dayMinor: null,
  halfDayHours: 4,
  vatKind: 'exempt_293b',
};

export const doorBody = (spaceIds: readonly string[] = []) => ({
  name: 'Entrée',
  isEntrance: spaceIds.length === 0,
  spaceIds,
  obeysAudienceWindows: true,
  earlyMinutes: 15,
  pinMaxFailures: 5,
  pinLockoutMinutes: 5,
  relockSeconds: 5,
});
