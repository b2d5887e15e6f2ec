import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { arrivesAt, eventually, expectNoSidewaysScroll, inBrowser, textOf, untilAlive } from '../support/journey.ts';
import { api, newMember } from '../support/visitors.ts';

const journey = inBrowser();

/** A local date some days from now, as an address has it. Annot is open every day of the week. */
function dayAhead(days: number): string {
  return new Intl.DateTimeFormat('en-CA', { timeZone: 'Europe/Paris' }).format(Date.now() + days * 86_400_000);
}

const bookButton = (page: Page) => page.getByRole('button', { name: /^Réserver .+ · .+ €/ });
const mainText = (page: Page) => textOf(page.getByRole('main'));

/** `Réserver 10 h – 13 h · 4,00 €` → `10 h – 13 h` */
async function hoursOffered(page: Page): Promise<string> {
  return /^Réserver (.+) · /.exec(await textOf(bookButton(page)))?.[1] ?? '';
}

journey(
  'without script, on a phone: search, choose, sign in on the way, hold, confirm, find again, cancel',
  async (visit) => {
    const member = await newMember('Jeanne Aubert');
    const page = await visit({ javaScript: false, width: 390, height: 844 });

    await page.goto('/');
    await arrivesAt(page, 'Un bureau près de chez vous, et la porte qui s’ouvre.');
    await expectNoSidewaysScroll(page);
    await page.getByLabel('Où ?').fill('Annot');
    await page.getByLabel('Quel jour ?').fill(dayAhead(6));
    await page.getByRole('combobox', { name: 'Pour quoi ?' }).selectOption({ label: 'Bureau' });
    await page.getByRole('button', { name: 'Chercher' }).click();

    await arrivesAt(page, 'Annot et alentours');
    await expectNoSidewaysScroll(page);
    await page.getByRole('link', { name: "Relais de services publics d'Annot" }).click();

    await arrivesAt(page, "Relais de services publics d'Annot");
    await expectNoSidewaysScroll(page);
    const until = page.getByRole('combobox', { name: 'À', exact: true });
    const shortest = (await until.locator('option').first().getAttribute('value')) ?? '';
    await until.selectOption(shortest);
    await page.getByRole('button', { name: 'Voir le prix' }).click();
    await eventually(() => until.inputValue()).toBe(shortest);
    const hours = await hoursOffered(page);
    await bookButton(page).click();

    await arrivesAt(page, 'Se connecter');
    await page.getByLabel('Adresse électronique').fill(member.email);
    await page.getByLabel('Mot de passe').fill(member.password);
    await page.getByRole('button', { name: 'Se connecter' }).click();

    await arrivesAt(page, "Relais de services publics d'Annot");
    expect(await hoursOffered(page)).toBe(hours);
    await bookButton(page).click();

    await arrivesAt(page, 'Plus qu’à confirmer');
    await expectNoSidewaysScroll(page);
    expect(await mainText(page)).toContain('Place gardée pour vous jusqu’à');
    await page.getByRole('button', { name: /^Confirmer / }).click();

    await page.getByRole('status').filter({ hasText: 'C’est réservé' }).waitFor();
    await expectNoSidewaysScroll(page);
    expect(await mainText(page)).toContain(hours);
    expect(await mainText(page)).toMatch(/votre téléphone pourra l’ouvrir à partir de \d+ h/);

    await page.getByRole('link', { name: 'Mes réservations', exact: true }).click();
    await arrivesAt(page, 'Mes réservations');
    await expectNoSidewaysScroll(page);
    expect(await mainText(page)).toContain(hours);
    await page.getByRole('link', { name: /^Bureau \d$/ }).click();

    await page.getByText('Annuler la réservation…').click();
    await page.getByRole('button', { name: 'Oui, annuler cette réservation' }).click();
    await page.getByRole('status').filter({ hasText: 'Réservation annulée' }).waitFor();
    expect(await mainText(page)).not.toContain('Votre code');

    await page.getByRole('link', { name: 'Mes réservations', exact: true }).click();
    await page.getByText('Aucune réservation à venir').waitFor();
    await page.getByRole('link', { name: 'Passées' }).click();
    await page.getByText('Annulée').waitFor();
  },
);

journey(
  'with script: the time is taken meanwhile, another one near is offered, booked, moved and cancelled',
  async (visit) => {
    const [late, early] = await Promise.all([newMember('Rémi Tardieu'), newMember('Alba Prompt')]);
    const page = await visit({ as: late });

    await page.goto('/');
    await page.getByLabel('Où ?').fill('Annot');
    await page.getByLabel('Quel jour ?').fill(dayAhead(8));
    await page.getByRole('combobox', { name: 'Pour quoi ?' }).selectOption({ label: 'Bureau' });
    await page.getByRole('button', { name: 'Chercher' }).click();
    await page.getByRole('link', { name: "Relais de services publics d'Annot" }).click();
    await arrivesAt(page, "Relais de services publics d'Annot");
    await untilAlive(page);

    // A change of the hours asks for their price in place.
    const until = page.getByRole('combobox', { name: 'À', exact: true });
    const before = await textOf(bookButton(page));
    await until.selectOption((await until.locator('option').first().getAttribute('value')) ?? '');
    await eventually(() => textOf(bookButton(page))).not.toBe(before);

    const taken = {
      resourceId: await page.getByRole('combobox', { name: 'Quoi', exact: true }).inputValue(),
      startsAt: await page.getByRole('combobox', { name: 'De', exact: true }).inputValue(),
      endsAt: await until.inputValue(),
    };
    const hours = await hoursOffered(page);
    const other = await visit({ as: early });
    await other.goto(
      `/lieux/annot?${new URLSearchParams({ date: dayAhead(8), type: 'desk', ressource: taken.resourceId, debut: taken.startsAt, fin: taken.endsAt })}`,
    );
    await untilAlive(other);
    expect(await hoursOffered(other)).toBe(hours);
    await bookButton(other).click();
    await arrivesAt(other, 'Plus qu’à confirmer');

    await bookButton(page).click();
    const refusal = page.getByRole('alert');
    await refusal.getByText('Ce créneau vient d’être pris').waitFor();
    const alternative = refusal.getByRole('link').first();
    const offered = await textOf(alternative);
    await alternative.click();
    await eventually(async () => offered.endsWith(await hoursOffered(page))).toBe(true);
    await bookButton(page).click();
    await arrivesAt(page, 'Plus qu’à confirmer');
    expect(await page.getByRole('timer').textContent()).toMatch(/^(10:00|9:\d\d)$/);
    await page.getByRole('button', { name: /^Confirmer / }).click();
    await page.getByRole('status').filter({ hasText: 'C’est réservé' }).waitFor();
    const [booking] = (await api('GET', '/bookings?scope=upcoming', { as: late })).items;
    expect(booking).not.toMatchObject(taken);

    await page.getByRole('link', { name: 'Déplacer' }).click();
    await arrivesAt(page, 'Déplacer la réservation');
    await page.getByLabel('Autre jour').fill(dayAhead(10));
    const move = page.getByRole('button', { name: /^Déplacer au / });
    await eventually(() => page.url()).toContain(dayAhead(10));
    await move.click();
    await page.getByRole('status').filter({ hasText: 'Réservation déplacée' }).waitFor();
    const [moved] = (await api('GET', '/bookings?scope=upcoming', { as: late })).items;
    expect(moved).toMatchObject({ id: booking.id });
    expect(moved.startsAt.slice(0, 10)).toBe(dayAhead(10));

    await page.getByText('Annuler la réservation…').click();
    await page.getByRole('button', { name: 'Oui, annuler cette réservation' }).click();
    await page.getByRole('status').filter({ hasText: 'Réservation annulée' }).waitFor();
  },
);
