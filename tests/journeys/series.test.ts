import { expect } from 'vitest';
import { arrivesAt, eventually, expectNoSidewaysScroll, inBrowser, textOf, untilAlive } from '../support/journey.ts';
import { api, clearOfDemoBookings, newMember } from '../support/visitors.ts';

const journey = inBrowser();

const localDate = (days: number) =>
  new Intl.DateTimeFormat('en-CA', { timeZone: 'Europe/Paris' }).format(Date.now() + days * 86_400_000);

/** A desk at Annot that is free in the morning of that day, and its first three hours. */
async function freeMorning(days: number) {
  const date = localDate(days);
  const day = await api('GET', `/sites/annot/days/${date}?audience=professional&kind=desk`);
  for (const resource of day.resources) {
    const free = resource.free.find(
      ({ from, until }: { from: string; until: string }) => Date.parse(until) - Date.parse(from) >= 2 * 3_600_000,
    );
    if (free === undefined) continue;
    const endsAt = new Date(Date.parse(free.from) + 2 * 3_600_000).toISOString();
    return { date, resourceId: String(resource.id), name: String(resource.name), startsAt: String(free.from), endsAt };
  }
  throw new Error(`No desk is free at Annot on ${date}.`);
}
const placePath = ({ date, resourceId, startsAt, endsAt }: Awaited<ReturnType<typeof freeMorning>>) =>
  `/lieux/annot?${new URLSearchParams({ date, ressource: resourceId, debut: startsAt, fin: endsAt })}`;

journey(
  'without script, on a phone: repeat a booking, leave one date out, move what is taken, find all dates, cancel',
  async (visit) => {
    const member = await newMember('Odile Semaine');
    const neighbour = await newMember('Yves Voisin');
    await clearOfDemoBookings('annot');
    const morning = await freeMorning(9);
    // A week later somebody else has the desk.
    const week = 7 * 86_400_000;
    const later = (iso: string) => new Date(Date.parse(iso) + week).toISOString();
    const taken = await api('POST', '/bookings', {
      as: neighbour,
      body: { resourceId: morning.resourceId, startsAt: later(morning.startsAt), endsAt: later(morning.endsAt) },
    });
    await api('POST', `/bookings/${taken.id}/confirm`, { as: neighbour });

    const page = await visit({ as: member, javaScript: false, width: 390, height: 844 });
    await page.goto(placePath(morning));
    await page.getByRole('link', { name: 'Répéter cette réservation…' }).click();
    await arrivesAt(page, 'Répéter une réservation');
    await expectNoSidewaysScroll(page);
    await page.getByLabel('Combien de fois').fill('4');
    await page.getByRole('button', { name: 'Voir les dates' }).click();
    await arrivesAt(page, 'Répéter une réservation');
    await expectNoSidewaysScroll(page);
    expect(await textOf(page.getByRole('main'))).toMatch(/3 sur 4 possibles/);
    expect(await textOf(page.getByRole('main'))).toContain('Ce créneau vient d’être pris');
    await page.getByRole('combobox', { name: /À la place/ }).selectOption({ index: 1 });
    await page
      .getByRole('checkbox', { name: /Garder cette date/ })
      .last()
      .uncheck();
    await page.getByRole('button', { name: /^Réserver \d dates/ }).click();

    await page.getByText('Vos dates sont réservées').waitFor();
    await expectNoSidewaysScroll(page);
    expect(await textOf(page.getByRole('main'))).toContain('3 dates à venir');
    expect(await textOf(page.getByRole('main'))).toContain('déplacée');

    await page.goto('/reservations');
    await arrivesAt(page, 'Mes réservations');
    expect(await textOf(page.getByRole('main'))).toContain('Prochaine date d’une réservation répétée (3 à venir)');
    await expectNoSidewaysScroll(page);
    await page.getByRole('link', { name: 'Voir toutes les dates' }).click();
    await page.getByText('Annuler des dates…').click();
    await page.getByRole('button', { name: 'Annuler ces dates' }).click();
    await page.getByText('Ces dates sont annulées').waitFor();
    expect(await textOf(page.getByRole('main'))).toContain('Plus aucune date à venir');
  },
);

journey('change the time of what follows, and see it before', async (visit) => {
  const member = await newMember('Hugo Suivant');
  const morning = await freeMorning(12);
  const [from, until] = [morning.startsAt, morning.endsAt].map((iso) =>
    new Intl.DateTimeFormat('en-GB', { timeZone: 'Europe/Paris', hour: '2-digit', minute: '2-digit' }).format(
      new Date(iso),
    ),
  );
  const series = await api('POST', '/booking-series', {
    as: member,
    body: {
      resourceId: morning.resourceId,
      firstDate: morning.date,
      startsAt: from,
      endsAt: until,
      recurrence: { frequency: 'weekly', count: 3 },
    },
  });
  const page = await visit({ as: member });
  await page.goto(`/reservations/${series.occurrences[1].bookingId}`);
  await untilAlive(page);
  await page.getByRole('link', { name: 'Voir, modifier ou annuler les autres dates' }).click();
  await page.getByRole('link', { name: 'Changer l’heure…' }).click();
  await arrivesAt(page, 'Changer l’heure');
  await page.getByLabel('Quelles dates ?').selectOption(`following ${series.occurrences[1].date}`);
  const earlier = `${String(Number(String(from).slice(0, 2))).padStart(2, '0')}:30`;
  await page.getByLabel('De', { exact: true }).fill(earlier);
  await page.getByRole('button', { name: 'Voir ce que cela donne' }).click();
  await page.getByRole('button', { name: 'Déplacer 2 dates' }).click();
  await page.getByText('Vos dates sont modifiées').waitFor();
  expect(await textOf(page.getByRole('main'))).toContain('2 dates à venir');
});

journey('a time that is taken: ask to be told, see it among one’s bookings, no longer wait', async (visit) => {
  const member = await newMember('Ana Attend');
  const neighbour = await newMember('Luc Occupe');
  const morning = await freeMorning(15);
  const held = await api('POST', '/bookings', {
    as: neighbour,
    body: { resourceId: morning.resourceId, startsAt: morning.startsAt, endsAt: morning.endsAt },
  });
  await api('POST', `/bookings/${held.id}/confirm`, { as: neighbour });
  const clock = (iso: string) =>
    new Intl.DateTimeFormat('en-GB', { timeZone: 'Europe/Paris', hour: '2-digit', minute: '2-digit' }).format(
      new Date(iso),
    );
  const page = await visit({ as: member });
  await page.goto(`/lieux/annot?date=${morning.date}`);
  await untilAlive(page);
  await page.getByText('Le créneau que vous voulez est pris ?').click();
  const form = page.locator('#attendre');
  await form.getByLabel('Quoi').selectOption(morning.resourceId);
  await form.getByLabel('De', { exact: true }).fill(clock(morning.startsAt));
  await form.getByLabel('À', { exact: true }).fill(clock(morning.endsAt));
  await form.getByRole('button', { name: 'Me prévenir si une place se libère' }).click();
  await page.getByText('C’est noté').waitFor();

  await page.goto('/reservations');
  await untilAlive(page);
  expect(await textOf(page.getByRole('main'))).toContain('Vous serez la première personne prévenue.');
  await page.getByRole('button', { name: 'Ne plus attendre' }).click();
  await eventually(() => page.getByText('Mes demandes en attente').count()).toBe(0);
});
