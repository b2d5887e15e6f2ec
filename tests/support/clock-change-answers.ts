/**
 * A process of its own, started with the TZ it is about: prints what the API says about the days on which the clocks change in
 * Europe/Paris. Arguments: URL of the application's role, slug of the network, address of a manager's account, slug of the site, id of a desk.
 */
import { type Body, type Caller, startTestApi } from './api.ts';
import { MovableClock } from './clock.ts';

const [appUrl = '', network = '', email = '', site = '', resourceId = ''] = process.argv.slice(2);
const clock = new MovableClock(0);
const api = await startTestApi({ appUrl }, { slug: network }, clock);

/** What differs between two bookings of one time: names, numbers and the secret. */
function withoutNames(text: string, { reference, pin }: { reference: string; pin: string }): string {
  return text
    .replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f-]{21}/g, '(id)')
    .replaceAll(reference, '(reference)')
    .replaceAll(pin, '(pin)');
}

/** RFC 5545, 3.1: long lines are folded. */
const unfolded = (calendar: string) => calendar.replaceAll(/\r\n[ \t]/g, '');

async function mailAbout(reference: string): Promise<string> {
  const { items } = (await api.get('/demo/outbox')).body as { items: { id: string }[] };
  const texts = await Promise.all(items.map(async ({ id }) => String((await api.get(`/demo/outbox/${id}`)).body.text)));
  const found = texts.find((text) => text.includes(reference));
  if (found === undefined) throw new Error(`No mail about ${reference}`);
  return found;
}

/** Books in the name of the caller, and gives the time back: the next process finds what this one found. */
async function bookAndCancel(caller: Caller, startsAt: string, endsAt: string): Promise<string> {
  const held = await caller.send('POST', '/bookings', { resourceId, startsAt, endsAt });
  const confirmed = await caller.send('POST', `/bookings/${held.body.id}/confirm`);
  const booking = await caller.get(`/bookings/${held.body.id}`);
  const day = await caller.get(`/host/sites/${site}/day?date=${startsAt.slice(0, 10)}`);
  const calendar = await caller.get(`/bookings/${held.body.id}/calendar.ics`);
  const month = await caller.get(`/manager/overview?month=${startsAt.slice(0, 7)}`);
  const text = await mailAbout(booking.body.reference);
  const cancelled = await caller.send('POST', `/bookings/${held.body.id}/cancel`);
  if (cancelled.status !== 200) throw new Error(JSON.stringify([held.body, confirmed.body, cancelled.body]));
  const all = { booking: booking.body, day: day.body, calendar: unfolded(calendar.body), month: month.body, text };
  return withoutNames(JSON.stringify(all), { reference: booking.body.reference, pin: booking.body.access.pin });
}

const answers: Record<string, Body> = {};
// Booked three weeks before, an hour past midnight in Paris: in UTC and in New York it is still the day before.
for (const [date, now, startsAt, endsAt] of [
  ['2027-03-28', '2027-03-08T23:30:00Z', '2027-03-28T00:30:00.000Z', '2027-03-28T02:30:00.000Z'],
  ['2027-10-31', '2027-10-10T22:30:00Z', '2027-10-30T23:30:00.000Z', '2027-10-31T03:30:00.000Z'],
] as const) {
  clock.moveTo(now);
  const booking = await bookAndCancel(await api.as({ email }), startsAt, endsAt);
  answers[date] = {
    today: (await api.get('/sites')).body,
    search: (await api.get(`/sites?date=${date}&from=02:30&until=05:00`)).body,
    day: (await api.get(`/sites/${site}/days/${date}`)).body,
    quote: (await api.send('POST', '/quotes', { resourceId, startsAt, endsAt })).body,
    booking: JSON.parse(booking),
  };
}
await api.close();
console.log(JSON.stringify(answers));
