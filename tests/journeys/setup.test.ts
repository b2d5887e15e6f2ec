import { randomBytes, randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import type { Body } from '../support/api.ts';
import { arrivesAt, eventually, inBrowser, textOf, untilAlive } from '../support/journey.ts';
import { api, demoLogin, newAddress, newMember } from '../support/visitors.ts';

const journey = inBrowser();

/** The link that was mailed to this address. */
async function linkMailedTo(email: string): Promise<string> {
  let link: string | undefined;
  await eventually(async () => {
    const { items } = await api('GET', '/demo/outbox');
    const mail = items.find(({ recipient }: Body) => recipient === email);
    if (mail === undefined) return false;
    const { text } = await api('GET', `/demo/outbox/${mail.id}`);
    link = /\/mot-de-passe\/[A-Za-z0-9_-]{43}/.exec(text)?.[0];
    return link !== undefined;
  }).toBe(true);
  return link as string;
}

journey(
  'from nothing to the first booking: a manager makes a structure and its place, its host furnishes it, a visitor books',
  async (visit) => {
    const mark = randomBytes(3).toString('hex');
    const structure = `Les Ateliers ${mark}`;
    const place = `L’Atelier ${mark}`;
    const password = 'une phrase pour l’atelier';

    const manager = await visit({ as: demoLogin('manager') });
    await manager.goto('/reseau');
    await manager.getByRole('link', { name: 'Structures et lieux' }).click();
    await arrivesAt(manager, 'Structures et lieux');
    await manager.getByLabel('Nom de la structure').fill(structure);
    await manager.getByRole('button', { name: 'Créer la structure' }).click();
    await arrivesAt(manager, structure);

    await manager.getByRole('link', { name: 'Ajouter un lieu' }).click();
    await arrivesAt(manager, 'Ajouter un lieu');
    await manager.getByLabel('Nom du lieu').fill(place);
    await manager.getByLabel('Code postal').fill('04120');
    await manager.getByLabel('Commune', { exact: true }).fill('Castellane');
    await manager.getByLabel('Code INSEE').fill('04039');
    await manager.getByLabel('Position').fill('43.8469, 6.5136');
    await manager.getByRole('button', { name: 'Créer le lieu' }).click();
    await arrivesAt(manager, 'Premiers pas');
    const [, slug] = /mes-lieux\/([^/]+)\/reglages/.exec(manager.url()) ?? [];
    expect(slug).toBe(`castellane-l-atelier-${mark}`);

    await manager.goto('/reseau/structures');
    await manager.getByRole('link', { name: structure }).click();
    const email = newAddress('accueil');
    await manager.getByLabel('Nom', { exact: true }).fill('Maya Roux');
    await manager.getByLabel('Adresse électronique').fill(email);
    await manager.getByRole('button', { name: 'Envoyer l’invitation' }).click();
    await manager.getByText('L’invitation est partie').waitFor();
    await manager.getByText('invitation envoyée').waitFor();

    const host = await visit();
    await host.goto(await linkMailedTo(email));
    await host.getByLabel('Choisissez un mot de passe').fill(password);
    await host.getByRole('button', { name: 'Enregistrer ce mot de passe' }).click();
    await host.getByText('Mot de passe enregistré').waitFor();
    const login = { email, password, displayName: 'Maya Roux' };
    const signedIn = await visit({ as: login });
    await signedIn.goto(`/mes-lieux/${slug}/reglages`);
    await arrivesAt(signedIn, 'Premiers pas');
    const open = signedIn.getByRole('button', { name: 'Ouvrir le lieu' });
    expect(await open.isDisabled()).toBe(true);

    await signedIn.getByRole('link', { name: 'Commencer : Les espaces' }).click();
    await arrivesAt(signedIn, 'Espaces et ressources');
    await untilAlive(signedIn);
    await signedIn.getByLabel('Nom de l’espace').fill('La grande salle');
    await signedIn.getByLabel('Personnes au plus').fill('12');
    await signedIn.getByRole('button', { name: 'Ajouter l’espace' }).click();
    await signedIn.getByRole('heading', { name: 'La grande salle' }).waitFor();
    const salle = signedIn.getByRole('region', { name: 'La grande salle' });
    await salle.getByLabel('Nom', { exact: true }).fill('Bureau');
    await salle.getByLabel('Combien').fill('4');
    await salle.getByRole('button', { name: 'Ajouter', exact: true }).click();
    await salle.getByText('Bureau 4', { exact: true }).waitFor();

    await signedIn.getByRole('navigation', { name: 'Réglages du lieu' }).getByRole('link', { name: 'Tarifs' }).click();
    await arrivesAt(signedIn, 'Tarifs');
    await signedIn.getByLabel('Nom du tarif').fill('Bureau à la carte');
    await signedIn.getByLabel('L’heure (€)').fill('3,50');
    await signedIn.getByRole('radio', { name: /293 B/ }).check();
    await signedIn.getByRole('button', { name: 'Ajouter le tarif' }).click();
    await signedIn.getByText('3,50 € l’heure').waitFor();
    await signedIn.goto(`/mes-lieux/${slug}/reglages/espaces`);
    await signedIn.getByText('Bureau 1', { exact: true }).click();
    const desk = signedIn.getByRole('listitem').filter({ hasText: 'Bureau 1' });
    await desk.getByLabel('Tarif').selectOption({ label: 'Bureau à la carte' });
    await desk.getByRole('button', { name: 'Enregistrer' }).click();
    await signedIn.getByText('C’est enregistré').waitFor();

    // Hours have a page of their own, and journeys of their own: here they are given through the API.
    const { revision } = await api('GET', `/host/sites/${slug}/schedule`, { as: login });
    const everyDay = {
      id: randomUUID(),
      name: 'Toute la semaine',
      spaceIds: null,
      period: { kind: 'always' },
      validFrom: null,
      validUntil: null,
      origin: 'host',
      windows: [
        {
          id: randomUUID(),
          weekday: null,
          startsAt: '08:00',
          endsAt: '20:00',
          audience: 'professional',
          spaceId: null,
        },
      ],
    };
    const body = { revision, change: { templates: { upsert: [everyDay] } }, decisions: { default: 'cancel' } };
    await api('POST', `/host/sites/${slug}/schedule/changes`, { as: login, body });
    await signedIn.goto(`/mes-lieux/${slug}/reglages`);
    await signedIn.getByRole('button', { name: 'Ouvrir le lieu' }).click();
    await arrivesAt(signedIn, 'Réglages du lieu');

    const visitor = await newMember('Odette Première');
    const booker = await visit({ as: visitor });
    await booker.goto(`/lieux?q=${encodeURIComponent(place)}`);
    await booker
      .getByRole('link', { name: new RegExp(place) })
      .first()
      .click();
    await arrivesAt(booker, place);
    const date = new Date(Date.now() + 3 * 86_400_000).toISOString().slice(0, 10);
    await booker.goto(`/lieux/${slug}?date=${date}&public=professional`);
    expect(await textOf(booker.locator('main'))).toContain('Bureau');
    const day = await api('GET', `/sites/${slug}/days/${date}`);
    const bureau = day.resources.find(({ name }: Body) => name === 'Bureau 1');
    const startsAt = bureau.free[0].from;
    const endsAt = new Date(Date.parse(startsAt) + 3_600_000).toISOString();
    const held = await api('POST', '/bookings', {
      as: visitor,
      body: { resourceId: bureau.id, startsAt, endsAt },
    });
    await booker.goto(`/reserver/${held.id}`);
    expect(await textOf(booker.locator('main'))).toContain('3,50 €');
    await booker.getByRole('button', { name: /Confirmer/ }).click();
    await booker.getByText('C’est réservé').first().waitFor();
  },
);

journey(
  'a change of who may meet whom shows what would come of it before it is made, without script and by keyboard',
  async (visit) => {
    const page = await visit({ as: demoLogin('manager'), javaScript: false, width: 390 });
    await page.goto('/reseau/publics');
    await page.getByRole('link', { name: 'Qui peut rencontrer qui' }).click();
    await arrivesAt(page, 'Qui peut rencontrer qui');
    const choose = (label: string, option: string) => page.getByLabel(label).selectOption({ label: option });
    const preview = () => page.getByRole('button', { name: 'Voir ce que cela changerait' }).click();

    // Training may meet professionals; the young may meet training, but not professionals: nobody could keep that.
    await choose('Formation et Jeunes', 'Ensemble');
    await preview();
    const refusal = page.getByRole('alert');
    expect(await textOf(refusal)).toMatch(/« (Professionnels|Jeunes|Formation) » peut rencontrer/);

    await page.goto('/reseau/publics/rencontres');
    await choose('Accompagnement social et Jeunes', 'Jamais à la fois');
    await preview();
    const outcome = page.getByRole('region', { name: 'Ce qui changerait' });
    expect(await textOf(outcome)).toContain('Jeunes et Accompagnement social');
    await page.goto('/reseau/publics/rencontres');
    expect(await page.getByLabel('Accompagnement social et Jeunes').inputValue()).toBe('same_site');
  },
);
