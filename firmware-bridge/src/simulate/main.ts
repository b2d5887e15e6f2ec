import { readFileSync } from 'node:fs';
import Type from 'typebox';
import { Compile } from 'typebox/compile';
import { systemTime } from '../clock/time-source.ts';
import { type SiteBroker, startSiteBroker } from '../devices/site-broker.ts';
import { serveSimulator } from './http.ts';
import { seededRandom } from './random.ts';
import { createSimulatedSite, type SimulatedSite } from './site.ts';

/*
 * Simulated sites as one process: for each a broker on loopback and the devices of its doors. SIMULATOR_CONFIG: path of a JSON file
 * as described by `ConfigSchema`. Prints one JSON line on stdout when everything answers.
 */

const Text = Type.String({ minLength: 1 });
const Port = Type.Integer({ minimum: 0, maximum: 65_535 });
const ConfigSchema = Type.Object({
  /** Of the HTTP control; 0 takes any free one. */
  port: Port,
  seed: Type.Optional(Type.Integer()),
  sites: Type.Array(
    Type.Object({
      siteId: Text,
      siteSlug: Text,
      brokerPort: Port,
      doors: Type.Array(
        Type.Object({
          id: Text,
          name: Text,
          readerAddress: Text,
          lockAddress: Text,
          contactAddress: Text,
          dialect: Type.Optional(Type.Enum(['zigbee2mqtt', 'shelly'])),
        }),
      ),
      motionAddress: Text,
      counterAddress: Text,
    }),
  ),
});

const DEFAULT_SEED = 2012;

async function main(): Promise<void> {
  const path = process.env.SIMULATOR_CONFIG;
  if (path === undefined) throw new Error('Set SIMULATOR_CONFIG to the path of the simulator’s JSON file.');
  const config: unknown = JSON.parse(readFileSync(path, 'utf8'));
  const check = Compile(ConfigSchema);
  if (!check.Check(config)) {
    const [first] = check.Errors(config);
    throw new Error(`${path}: ${first?.instancePath || 'the file'} ${first?.message ?? 'is wrong'}.`);
  }

  const brokers: SiteBroker[] = [];
  const sites: SimulatedSite[] = [];
  for (const [index, site] of config.sites.entries()) {
    const broker = await startSiteBroker({ host: '127.0.0.1', port: site.brokerPort });
    brokers.push(broker);
    const mqttUrl = `mqtt://127.0.0.1:${broker.port}`;
    const random = seededRandom((config.seed ?? DEFAULT_SEED) + index);
    sites.push(await createSimulatedSite({ config: site, mqttUrl, clock: systemTime, random }));
  }
  const http = await serveSimulator(sites, config.port);

  const stop = async () => {
    await http.stop();
    for (const site of sites) await site.stop();
    for (const broker of brokers) await broker.stop();
    process.exit(0);
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  const ready = {
    ready: true,
    pid: process.pid,
    port: http.port,
    sites: sites.map(({ config: { siteId, siteSlug } }, index) => ({
      siteId,
      siteSlug,
      brokerPort: brokers[index]?.port,
    })),
  };
  process.stdout.write(`${JSON.stringify(ready)}\n`);
}

main().catch((error: Error) => {
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
});
