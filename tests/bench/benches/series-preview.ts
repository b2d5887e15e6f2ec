import { startTestApi } from '../../support/api.ts';
import { createTestNetwork } from '../../support/network.ts';
import { startBenchDatabase } from '../database.ts';
import type { Bench, Measurement } from '../main.ts';
import { againstBaseline } from '../measure.ts';

/** Three years of Tuesdays, at a place with a few other series in the way. */
const OCCURRENCES = 156;
const OTHERS = 8;
const ROUNDS = 9;

const bench: Bench = {
  name: 'series.preview',
  async run(): Promise<Measurement> {
    const database = await startBenchDatabase();
    const now = Date.now();
    const network = await createTestNetwork(database.ownerUrl, 'bench', now);
    const api = await startTestApi(
      database,
      network,
      { now: () => Date.now() },
      { env: { RATE_LIMIT_PER_MINUTE: '0' } },
    );
    try {
      const site = await network.addSite('annot', { desks: 20 });
      const host = await api.as(await network.addPerson('host', { role: 'host', structureId: site.structureId }));
      const first = new Date(now + 86_400_000).toISOString().slice(0, 10);
      const series = (desk: number, startsAt: string, endsAt: string) => ({
        resourceId: site.deskIds[desk] as string,
        firstDate: first,
        startsAt,
        endsAt,
        rrule: `FREQ=WEEKLY;COUNT=${OCCURRENCES}`,
      });
      for (let index = 0; index < OTHERS; index++) {
        const { status, body } = await host.send('POST', '/booking-series', series(index + 1, '09:00', '12:00'));
        if (status !== 201) throw new Error(JSON.stringify(body));
      }
      const wanted = series(0, '10:00', '12:00');
      const preview = async () => {
        const { status, body } = await host.send('POST', '/booking-series/preview', wanted);
        if (status !== 200 || body.free !== OCCURRENCES) throw new Error(JSON.stringify(body).slice(0, 500));
        return body.occurrences as { date: string; startsAt: string; endsAt: string }[];
      };
      const occurrences = await preview();
      return await againstBaseline({
        rounds: ROUNDS,
        unit: 'ms',
        note: `${OCCURRENCES} occurrences with conflicts and prices in one request; baseline: the day and the price of each by requests of their own`,
        subject: async () => {
          const before = performance.now();
          await preview();
          return performance.now() - before;
        },
        baseline: async () => {
          const before = performance.now();
          for (const { date, startsAt, endsAt } of occurrences) {
            await host.get(`/sites/annot/days/${date}?kind=desk`);
            await host.send('POST', '/quotes', { resourceId: wanted.resourceId, startsAt, endsAt });
          }
          return performance.now() - before;
        },
      });
    } finally {
      await api.close();
      await network.close();
      await database.remove();
    }
  },
};
export default bench;
