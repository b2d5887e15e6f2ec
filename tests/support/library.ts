import { randomBytes } from 'node:crypto';
import { api, demoLogin, type Login, newHost } from './visitors.ts';

/** A library with a hall of ten desks, a host, and not one hour yet: as a network's manager and its host would set it up. */
export async function newLibrary(name: string): Promise<{ slug: string; host: Login; hallId: string }> {
  const manager = demoLogin('manager');
  const structure = await api('POST', '/manager/structures', {
    as: manager,
    body: { name: `Commune de ${name}`, legalForm: 'public_body', labels: [], contactEmail: null },
  });
  const slug = `bibliotheque-${name.toLowerCase()}-${randomBytes(3).toString('hex')}`;
  await api('POST', `/manager/structures/${structure.id}/sites`, {
    as: manager,
    body: {
      slug,
      name: `Bibliothèque de ${name}`,
      description: null,
      addressLine: null,
      postalCode: '04240',
      commune: name,
      inseeCode: '04008',
      latitude: 43.96,
      longitude: 6.67,
      programmes: [],
      holidayCalendar: 'FR',
      schoolCalendar: 'FR',
      schoolZone: 'B',
    },
  });
  const host = await newHost(`Bibliothécaire de ${name}`, slug);
  const site = `/host/sites/${slug}`;
  await api('POST', `${site}/spaces`, {
    as: host,
    body: { name: 'Grande salle', kind: 'open_area', capacity: 20, handoverMinutes: 15 },
  });
  await api('POST', `${site}/tariffs`, {
    as: host,
    body: {
      name: 'Place',
      hourMinor: 200,
      halfDayMinor: null,
      dayMinor: null,
      halfDayHours: 4,
      vatKind: 'out_of_scope',
    },
  });
  const { spaces, tariffs } = await api('GET', `${site}/setup`, { as: host });
  const hallId = spaces[0].id;
  await api('POST', `${site}/resources`, {
    as: host,
    body: {
      spaceId: hallId,
      kind: 'desk',
      name: 'Table',
      capacity: 1,
      bufferBeforeMinutes: 0,
      bufferAfterMinutes: 0,
      tariffId: tariffs[0].id,
      count: 10,
    },
  });
  return { slug, host, hallId };
}
