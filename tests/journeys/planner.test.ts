import { randomUUID } from 'node:crypto';
import type { Locator, Page } from 'playwright-core';
import { expect } from 'vitest';
import type { Body } from '../support/api.ts';
import { axeFaults } from '../support/axe.ts';
import {
  arrivesAt,
  eventually,
  expectNoSidewaysScroll,
  inBrowser,
  inPage,
  textOf,
  untilAlive,
} from '../support/journey.ts';
import { newLibrary } from '../support/library.ts';
import { api, newMember } from '../support/visitors.ts';

const journey = inBrowser();

/** Everything a hand does, counted: clicks, choices, fields filled. */
function counted() {
  let count = 0;
  const one = async (what: Promise<unknown>) => {
    count += 1;
    await what;
  };
  return {
    get count() {
      return count;
    },
    click: (where: Locator) => one(where.click()),
    fill: (where: Locator, value: string) => one(where.fill(value)),
    choose: (where: Locator, label: string) => one(where.selectOption({ label })),
  };
}

/** The Monday `weeks` after the one that comes, where the library is. */
function mondayIn(weeks: number): string {
  const today = Temporal.Now.plainDateISO('Europe/Paris');
  return today.add({ days: 8 - today.dayOfWeek + 7 * weeks }).toString();
}

const dayAfter = (date: string, days: number) => Temporal.PlainDate.from(date).add({ days }).toString();

const draftBar = (page: Page) => page.getByRole('region', { name: 'Changements à appliquer' });

async function addHours(
  hand: ReturnType<typeof counted>,
  page: Page,
  asked: { from: string; until: string; audience?: string; onlyOn?: string },
): Promise<void> {
  await hand.click(page.getByRole('button', { name: '+ Ajouter des heures' }));
  const dialog = page.getByRole('dialog', { name: 'Ajouter des heures' });
  if (asked.audience) await hand.click(dialog.locator('label').filter({ hasText: asked.audience }));
  await hand.fill(dialog.getByLabel('De', { exact: true }), asked.from);
  await hand.fill(dialog.getByLabel('À', { exact: true }), asked.until);
  if (asked.onlyOn) {
    await hand.click(dialog.getByRole('checkbox', { name: 'lun.' }));
    await hand.click(dialog.getByRole('checkbox', { name: asked.onlyOn }));
  } else {
    await hand.click(dialog.getByRole('button', { name: 'Du lundi au vendredi' }));
  }
  await hand.click(dialog.getByRole('button', { name: 'Ajouter', exact: true }));
}

journey(
  'a library gets term and holiday weeks from nothing, youth on Wednesday afternoons, in few clicks',
  async (visit) => {
    const { slug, host } = await newLibrary('Colmars');
    const page = await visit({ as: host, width: 1366, height: 768 });
    const hand = counted();
    await page.goto(`/mes-lieux/${slug}`);
    await untilAlive(page);

    await hand.click(page.getByRole('link', { name: 'Horaires' }));
    await page.getByRole('heading', { name: 'Commencer par…' }).waitFor();
    await hand.click(page.getByRole('link', { name: 'Périodes' }));
    // The term: professionals on weekdays, the young on Wednesday afternoons.
    await hand.click(page.getByRole('button', { name: '+ Ajouter une période' }));
    await hand.click(page.getByRole('button', { name: 'Ajouter cette période' }));
    await hand.click(page.getByRole('link', { name: 'Dessiner sa semaine' }));
    await arrivesAt(page, 'Semaines d’école');
    await addHours(hand, page, { from: '09:00', until: '18:00' });
    await addHours(hand, page, { from: '13:00', until: '18:00', audience: 'Jeunes', onlyOn: 'mer.' });
    await page.getByRole('gridcell', { name: 'mercredi, 13 h – 13 h 15, passage de relais' }).waitFor();
    // The holidays: mornings for professionals, afternoons for the young.
    await hand.click(page.getByRole('link', { name: 'Périodes' }));
    await hand.click(page.getByRole('button', { name: '+ Ajouter une période' }));
    await hand.click(page.getByRole('radio', { name: /^Vacances scolaires/ }));
    await hand.choose(page.getByLabel('Commencer avec'), 'une semaine vide');
    await hand.click(page.getByRole('button', { name: 'Ajouter cette période' }));
    await hand.click(
      page
        .getByRole('listitem')
        .filter({ hasText: 'Vacances scolaires' })
        .getByRole('link', { name: 'Dessiner sa semaine' }),
    );
    await arrivesAt(page, 'Vacances scolaires');
    await addHours(hand, page, { from: '09:00', until: '12:00' });
    await addHours(hand, page, { from: '14:00', until: '18:00', audience: 'Jeunes' });

    await hand.click(draftBar(page).getByRole('button', { name: 'Voir les conséquences' }));
    await arrivesAt(page, 'Avant d’appliquer : les conséquences');
    const gained = page.getByRole('region', { name: 'Heures gagnées et perdues' });
    expect(await textOf(gained)).toMatch(/Jeunes\s*\+ \d/);
    expect(await axeFaults(page)).toEqual([]);
    await hand.click(page.getByRole('button', { name: 'Appliquer' }));
    await arrivesAt(page, 'C’est appliqué');
    console.log(`A library's term and holidays took ${hand.count} clicks, choices and fields.`);
    expect(hand.count).toBeLessThanOrEqual(60);
    // What was applied is no draft any more.
    await page.goto(`/mes-lieux/${slug}/horaires`);
    await untilAlive(page);
    expect(await draftBar(page).count()).toBe(0);

    // A week of the term and one of the holidays, as everybody sees them without script.
    const visitor = await visit({ javaScript: false });
    const wednesday = visitor
      .getByRole('region', { name: 'Les heures de la semaine' })
      .getByRole('listitem')
      .filter({ hasText: /^mercredi/i });
    await visitor.goto(`/lieux/${slug}?semaine=2027-01-13`);
    expect(await textOf(wednesday)).toContain('13 h 15 – 18 h, Jeunes');
    expect(await textOf(wednesday)).toContain('13 h – 13 h 15, Passage de relais');
    await visitor.goto(`/lieux/${slug}?semaine=2027-02-24`);
    expect(await textOf(wednesday)).toContain('9 h – 12 h, Professionnels');
    expect(await textOf(wednesday)).toContain('14 h – 18 h, Jeunes');
  },
);

journey('a closure over forty bookings: consequences, decisions, and everybody is written to', async (visit) => {
  const { slug, host } = await newLibrary('Allos');
  const setup = await visit({ as: host });
  await setup.goto(`/mes-lieux/${slug}/horaires`);
  await untilAlive(setup);
  // A model, looked at and applied: three clicks.
  await setup.getByRole('button', { name: /^Un espace de travail/ }).click();
  await draftBar(setup).getByRole('button', { name: 'Voir les conséquences' }).click();
  await setup.getByRole('button', { name: 'Appliquer' }).click();
  await arrivesAt(setup, 'C’est appliqué');
  await setup.close();

  const monday = mondayIn(1);
  const people = await Promise.all(
    ['Ondine', 'Prosper', 'Quentin', 'Rosalie'].map((name) => newMember(`${name} Quarante`)),
  );
  const { spaces } = await api('GET', `/sites/${slug}`);
  const desks: Body[] = spaces[0].resources;
  for (const [index, person] of people.entries()) {
    for (const day of [0, 1, 2, 3, 4]) {
      for (const desk of desks.slice(index * 2, index * 2 + 2)) {
        const at = (time: string) =>
          new Date(
            Temporal.PlainDateTime.from(`${dayAfter(monday, day)}T${time}`).toZonedDateTime('Europe/Paris')
              .epochMilliseconds,
          ).toISOString();
        const { id } = await api('POST', '/bookings', {
          as: person,
          body: { resourceId: desk.id, startsAt: at('10:00'), endsAt: at('11:00'), audience: 'professional' },
        });
        await api('POST', `/bookings/${id}/confirm`, { as: person });
      }
    }
  }

  const page = await visit({ as: host, width: 1366, height: 768 });
  await page.goto(`/mes-lieux/${slug}/horaires?semaine=${monday}`);
  await untilAlive(page);
  await page.getByRole('button', { name: 'Ajouter une fermeture' }).click();
  const dialog = page.getByRole('dialog', { name: 'Nouvelle fermeture' });
  await dialog.getByLabel('Premier jour').fill(monday);
  await dialog.getByLabel('Dernier jour').fill(dayAfter(monday, 4));
  await dialog.getByLabel('Raison, que les membres liront').fill('Toit à réparer');
  await dialog.getByRole('button', { name: 'Prévoir la fermeture' }).click();
  await page
    .getByRole('gridcell', { name: /fermé, Grande salle Toit à réparer$/ })
    .first()
    .waitFor();
  await draftBar(page).getByRole('button', { name: 'Voir les conséquences' }).click();

  await page.getByRole('heading', { name: '40 réservations à décider' }).waitFor();
  // Forty are readable: five days, closed until one looks into them.
  const days = page.locator('details').filter({ hasText: '8 réservations' });
  expect(await days.count()).toBe(5);
  expect(
    await page
      .getByLabel(/^Décision pour/)
      .first()
      .isVisible(),
  ).toBe(false);
  expect(await axeFaults(page)).toEqual([]);
  await page.setViewportSize({ width: 320, height: 640 });
  await expectNoSidewaysScroll(page);
  await page.setViewportSize({ width: 1366, height: 768 });

  await days.first().locator('summary').click();
  const ofOndine = page.getByLabel(/^Décision pour Ondine Quarante/);
  await ofOndine.nth(0).selectOption({ label: 'garder malgré tout' });
  const move = (await ofOndine.nth(1).locator('option').allInnerTexts()).find((text) => text.startsWith('déplacer'));
  expect(move, 'another time is offered').toBeDefined();
  await ofOndine.nth(1).selectOption({ label: move as string });
  await page.getByLabel(/Votre mot aux personnes concernées/).fill('Nous rouvrons lundi, avec un toit.');
  await page.getByRole('button', { name: 'Appliquer et prévenir 4 personnes' }).click();

  await arrivesAt(page, 'C’est appliqué');
  const told = await textOf(page.locator('main'));
  expect(told).toContain('38 réservations annulées');
  expect(told).toContain('1 réservation déplacée');
  expect(told).toContain('1 réservation gardée hors des heures');
  expect(told).toContain('4 personnes prévenues');
  expect(told).toContain('76 € à rendre');

  const addresses = people.map(({ email }) => email);
  await eventually(async () => {
    const { items } = await api('GET', '/demo/outbox');
    const mails = await Promise.all(
      items
        .filter((mail: Body) => addresses.includes(mail.recipient))
        .map((mail: Body) => api('GET', `/demo/outbox/${mail.id}`)),
    );
    return new Set(
      mails.filter((mail) => JSON.stringify(mail).includes('avec un toit')).map(({ recipient }) => recipient),
    ).size;
  }).toBe(4);

  // Undone from the history: the closure is lifted, and that too is looked at first.
  await page.getByRole('link', { name: 'Revenir en arrière…' }).click();
  await page
    .getByRole('button', { name: /^Revenir en arrière sur/ })
    .first()
    .click();
  await arrivesAt(page, 'Avant d’appliquer : les conséquences');
  await page.getByText(/^Fermeture du .* levée$/).waitFor();
});

journey(
  'hours are drawn by hand: dragged, resized, painted, undone; somebody else’s change loses nothing',
  async (visit) => {
    const { slug, host, hallId } = await newLibrary('Thorame');
    const page = await visit({ as: host, width: 1366, height: 900 });
    await page.goto(`/mes-lieux/${slug}/horaires`);
    await untilAlive(page);
    await page.getByRole('button', { name: /^Une bibliothèque/ }).click();
    await page.getByLabel('Afficher').selectOption({ label: 'semaine ordinaire : Semaines d’école' });
    await arrivesAt(page, 'Semaines d’école');

    const saturday = page.locator('.lanes').nth(5);
    await saturday.scrollIntoViewIfNeeded();
    /** From one hour to another, as the clock beside the drawing tells them. */
    const drag = async (day: Locator, from: number, until: number) => {
      const area = await day.boundingBox();
      if (area === null) throw new Error('nothing to draw on');
      const hours = await inPage<number>(page, 'document.querySelectorAll(".clock span").length');
      const first = Number.parseInt(((await page.locator('.clock span').first().textContent()) ?? '').trim(), 10);
      const y = (hour: number) => area.y + (area.height * (hour - first)) / hours;
      const x = area.x + area.width / 2;
      await page.mouse.move(x, y(from));
      await page.mouse.down();
      await page.mouse.move(x, y((from + until) / 2), { steps: 3 });
      await page.mouse.move(x, y(until), { steps: 3 });
      await page.mouse.up();
    };
    const cell = (name: string) => page.getByRole('gridcell', { name });
    await drag(saturday, 10.05, 11.95);
    await cell('samedi, 10 h – 12 h, Professionnels').waitFor();
    await drag(saturday, 11, 13);
    await cell('samedi, 12 h – 14 h, Professionnels').waitFor();
    await drag(saturday, 13.97, 15);
    await cell('samedi, 12 h – 15 h, Professionnels').waitFor();
    await page.getByRole('button', { name: 'Jeunes' }).click();
    await drag(saturday, 13.05, 14.95);
    await cell('samedi, 13 h 15 – 15 h, Jeunes').waitFor();
    await page.keyboard.press('Control+z');
    await cell('samedi, 12 h – 15 h, Professionnels').waitFor();
    await page.keyboard.press('Control+y');
    await cell('samedi, 13 h 15 – 15 h, Jeunes').waitFor();

    // Meanwhile a colleague gives the place hours.
    const { revision } = await api('GET', `/host/sites/${slug}/schedule`, { as: host });
    const theirs = {
      id: randomUUID(),
      name: 'Foire de mai',
      spaceIds: [hallId],
      period: { kind: 'date_range', from: '2027-05-17', until: '2027-05-20' },
      validFrom: null,
      validUntil: null,
      origin: 'host',
      windows: [
        { id: randomUUID(), spaceId: null, audience: 'general', weekday: null, startsAt: '08:00', endsAt: '20:00' },
      ],
    };
    await api('POST', `/host/sites/${slug}/schedule/changes`, {
      as: host,
      body: { revision, change: { templates: { upsert: [theirs] } }, decisions: { default: 'keep' } },
    });
    await draftBar(page).getByRole('button', { name: 'Voir les conséquences' }).click();
    await page.getByRole('alert').filter({ hasText: 'Les horaires ont changé pendant votre travail' }).waitFor();
    await page.getByRole('button', { name: 'Appliquer' }).click();
    await arrivesAt(page, 'C’est appliqué');
    const { templates } = await api('GET', `/host/sites/${slug}/schedule`, { as: host });
    expect(templates.map(({ name }: Body) => name).sort()).toEqual([
      'Foire de mai',
      'Semaines d’école',
      'Vacances scolaires',
      'Été',
    ]);

    // Why a day is as it is, in words.
    await page.goto(`/mes-lieux/${slug}/horaires/annee?jour=2027-05-18`);
    const why = page.getByRole('region', { name: /18 mai/ });
    expect(await textOf(why)).toContain('« Foire de mai » s’applique');
  },
);

journey('the planner is worked by keyboard alone', async (visit) => {
  const { slug, host } = await newLibrary('Beauvezer');
  const page = await visit({ as: host });
  await page.goto(`/mes-lieux/${slug}/horaires`);
  await untilAlive(page);
  /** The name of what has the keyboard: what is read, not what is drawn beside it. */
  const focus = async () => {
    const name = await inPage<string>(
      page,
      `(document.activeElement.querySelector('.visually-hidden') ?? document.activeElement).textContent`,
    );
    return name.replaceAll(/\s+/g, ' ').trim();
  };
  const tabTo = async (name: RegExp) => {
    for (let presses = 0; presses < 80; presses += 1) {
      await page.keyboard.press('Tab');
      if (name.test(await focus())) return;
    }
    throw new Error(`The keyboard does not lead to ${name}.`);
  };
  const said = async () => (await textOf(page.locator('main .wide > [role="status"]'))).trim();

  await tabTo(/^Une bibliothèque/);
  await page.keyboard.press('Enter');
  await eventually(said).toBe('Modèle choisi : Une bibliothèque.');
  await page.goto(`/mes-lieux/${slug}/horaires?modele=${await firstTemplate(page)}`);
  await untilAlive(page);
  await tabTo(/^lundi, /);
  // Down to Monday's hours; a quarter of an hour later at their end; Tuesday; and back.
  await page.keyboard.press('ArrowDown');
  expect(await focus()).toBe('lundi, 9 h – 18 h, Professionnels, Grande salle');
  await page.keyboard.press('Shift+ArrowDown');
  await eventually(said).toBe('Professionnels, lundi : 9 h – 18 h 15.');
  await page.keyboard.press('Alt+ArrowUp');
  await eventually(said).toBe('Professionnels, lundi : 8 h 45 – 18 h.');
  await page.keyboard.press('ArrowRight');
  await eventually(focus).toMatch(/^mardi/);
  await page.keyboard.press('Delete');
  await eventually(said).toMatch(/^Professionnels enlevé, mardi/);
  await page.keyboard.press('Control+z');
  await eventually(said).toMatch(/^Annulé : Professionnels enlevé, mardi/);
  // By its figures, in the dialog that Enter opens; Escape leaves it, and the focus is where it was.
  await page.keyboard.press('ArrowRight');
  const before = await focus();
  await page.keyboard.press('Enter');
  await page.getByRole('dialog').waitFor();
  await page.keyboard.press('Escape');
  await eventually(() => page.getByRole('dialog').count()).toBe(0);
  expect(await focus()).toBe(before);
  expect(await axeFaults(page)).toEqual([]);

  await tabTo(/^Voir les conséquences$/);
  await page.keyboard.press('Enter');
  await arrivesAt(page, 'Avant d’appliquer : les conséquences');
  await untilAlive(page);
  await tabTo(/^Appliquer$/);
  await page.keyboard.press('Enter');
  await arrivesAt(page, 'C’est appliqué');
});

/** The id of the first template of the draft, as the week's choice lists it. */
async function firstTemplate(page: Page): Promise<string> {
  return (await page.getByLabel('Afficher').locator('option').nth(1).getAttribute('value')) ?? '';
}

journey('without script the hours are read, and one window at a time is changed', async (visit) => {
  const { slug, host } = await newLibrary('Villars');
  const setup = await visit({ as: host });
  await setup.goto(`/mes-lieux/${slug}/horaires`);
  await untilAlive(setup);
  await setup.getByRole('button', { name: /^Une bibliothèque/ }).click();
  await draftBar(setup).getByRole('button', { name: 'Voir les conséquences' }).click();
  await setup.getByRole('button', { name: 'Appliquer' }).click();
  await arrivesAt(setup, 'C’est appliqué');

  const page = await visit({ as: host, javaScript: false });
  await page.goto(`/mes-lieux/${slug}/horaires?semaine=2027-01-13`);
  await page.getByRole('gridcell', { name: 'mercredi 13 janvier, 13 h 15 – 18 h, Jeunes' }).waitFor();
  const form = page.getByRole('region', { name: 'Changer une plage à la fois' });
  await form.locator('select[name="jour"]').selectOption({ label: 'samedi' });
  await form.getByLabel('De', { exact: true }).fill('10:00');
  await form.getByLabel('À', { exact: true }).fill('12:00');
  await form.locator('select[name="public"]').selectOption({ label: 'Jeunes' });
  await form.getByRole('button', { name: 'Ajouter la plage' }).click();
  await arrivesAt(page, 'Avant d’appliquer : les conséquences');
  await page.getByRole('button', { name: 'Appliquer' }).click();
  await arrivesAt(page, 'C’est appliqué');
  await page.goto(`/mes-lieux/${slug}/horaires?semaine=2027-01-13`);
  await page.getByRole('gridcell', { name: 'samedi 16 janvier, 10 h – 12 h, Jeunes' }).waitFor();
});
