import type { AccessDecision } from '@mitoyen/domain';
import { CODECS, type Codec, problemsOf } from '@mitoyen/firmware-bridge';
import { type DeviceConfig, PROTOCOL_VERSION, parseBody, type SiteConfig } from '@mitoyen/protocol';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { soak } from '../support/soak.ts';
import type { Fixture } from './fixtures/fixture.ts';
import { FIXTURES } from './fixtures/index.ts';

const GRANTED: AccessDecision = { granted: true, reason: 'booking', grantId: 'g' };
const REFUSED: AccessDecision = { granted: false, reason: 'unknown_credential', grantId: null };

const deviceOf = (fixture: Fixture, device: Partial<DeviceConfig>): DeviceConfig => ({
  id: 'device-1',
  codec: fixture.family,
  doorId: 'door-1',
  spaceId: null,
  kind: '',
  address: '',
  ...device,
});

const codecOf = ({ family }: Fixture): Codec => {
  const codec = CODECS.get(family);
  if (codec === undefined) throw new Error(`no codec ${family}`);
  return codec;
};

/** As MQTT 3.1.1, 4.7 has it. */
const hears = (filter: string, topic: string): boolean => {
  const levels = topic.split('/');
  const wanted = filter.split('/');
  return wanted.length === levels.length && wanted.every((level, i) => level === '+' || level === levels[i]);
};

test('every make has its fixtures, and every fixture its make', () => {
  expect(FIXTURES.map(({ family }) => family).toSorted()).toEqual([...CODECS.keys()].toSorted());
});

describe.for(FIXTURES.map((fixture) => [fixture.family, fixture] as const))('%s', ([, fixture]) => {
  const codec = codecOf(fixture);
  const devices = fixture.devices.map((one) => ({ ...one, device: deviceOf(fixture, one.device) }));
  const said = devices.flatMap(({ device, said }) => said.map((each) => [each.what, device, each] as const));

  test('says where its payloads are from', () => {
    expect(fixture.source).toMatch(/^(?:https:\/\/|docs\/)/);
    expect(fixture.readOn).toMatch(/^\d{4}-\d{2}-\d{2}$/);
    expect(said.length).toBeGreaterThan(0);
  });

  test.for(said)('%s', ([, device, { topic, payload, isRetained = false, reports }]) => {
    expect(codec.check(device)).toBeNull();
    expect(codec.topics(device)).toContain(topic);
    expect(codec.decode(device, { topic, text: payload, isRetained })).toEqual(
      reports.map((report) =>
        report.type === 'reading' ? { ...report, value: expect.closeTo(report.value, 6) } : report,
      ),
    );
  });

  test('its locks are told, and only on their own topics', () => {
    for (const { device, orders } of devices.filter(({ device }) => device.kind === 'lock')) {
      const { lock } = codec;
      if (lock === null || orders === undefined) throw new Error(`${device.address} has no orders`);
      expect(lock.unlock(device, 5_000)).toEqual(orders.unlock);
      expect(lock.unlock(device, 0)).toEqual(orders.stay);
      expect(lock.lock(device)).toEqual(orders.lock);
      expect(lock.ask(device)).toEqual(orders.ask);
      // Whoever can be told nothing at all is no lock.
      expect(orders.unlock.length).toBeGreaterThan(0);
      if (lock.reports(device).locked) expect(orders.lock.length).toBeGreaterThan(0);
    }
  });

  test('what it says to a device, the device’s own topics hear; what was retained of it is found', () => {
    for (const { device, identify } of devices) {
      const orders =
        device.kind === 'lock' && codec.lock !== null
          ? [...codec.lock.unlock(device, 5_000), ...codec.lock.unlock(device, 0), ...codec.lock.lock(device)]
          : [];
      for (const { topic, payload } of orders) {
        expect(codec.topics(device)).toContain(topic);
        expect(codec.decode(device, { topic, text: payload, isRetained: true })).toContainEqual({
          type: 'retained_order',
          topic,
        });
        expect(codec.decode(device, { topic, text: payload, isRetained: false })).toEqual([]);
      }
      if (identify !== undefined) expect(codec.identify(device)).toEqual(identify);
    }
  });

  test('no topic outside its own, and none with a wildcard', () => {
    for (const { device } of devices) {
      const pins = codec.pins;
      const messages = [
        ...(codec.lock === null
          ? []
          : [...codec.lock.unlock(device, 1), ...codec.lock.lock(device), ...codec.lock.ask(device)]),
        ...(pins === null ? [] : [...pins.set(device, 3, '1234'), ...pins.clear(device, 3), ...pins.ask(device, 3)]),
        ...codec.identify(device),
        ...[GRANTED, REFUSED].flatMap((decision) =>
          codec.answer(device, { type: 'presentation', kind: 'pin', value: '1234', transaction: 7 }, decision),
        ),
      ];
      const own = fixture.own(device.address);
      for (const topic of [...codec.topics(device), ...messages.map((message) => message.topic)]) {
        expect(topic).not.toMatch(/[+#\0]/);
        expect(
          own.some((prefix) => topic.startsWith(prefix)),
          topic,
        ).toBe(true);
      }
    }
  });

  test('a retained message presents nobody, and operates nothing', () => {
    for (const [, device, { topic, payload }] of said) {
      const types = codec.decode(device, { topic, text: payload, isRetained: true }).map(({ type }) => type);
      expect(types).not.toContain('presentation');
      expect(types).not.toContain('operated');
    }
  });

  test.for(fixture.sightings.map((one) => [`${one.topic} ${one.payload}`.slice(0, 60), one] as const))(
    'seen: %s',
    ([, { topic, payload, seen }]) => {
      expect(codec.discovery.filters.some((filter) => hears(filter, topic))).toBe(true);
      const sightings = codec.discovery.see({ topic, text: payload, isRetained: false });
      expect(sightings).toHaveLength(seen.length);
      for (const [index, each] of seen.entries()) expect(sightings[index]).toMatchObject(each);
    },
  );

  test('what is seen can be adopted as it is', () => {
    for (const { topic, payload } of fixture.sightings) {
      for (const sighting of codec.discovery.see({ topic, text: payload, isRetained: false })) {
        if (sighting.isGone || sighting.problem !== undefined) continue;
        for (const kind of sighting.kinds ?? []) {
          const { address, config } = sighting;
          const device = deviceOf(fixture, { kind, address, ...(config && { config }) });
          const problem = codec.check(device);
          // Only what the host alone can know may be missing: an address on the network, what a sensor measures.
          if (problem !== null) expect(problem.code).toBe('setting_missing');
        }
      }
    }
  });

  test.for(fixture.wrong.map((one) => [`${one.code} ${one.device.address}`, one] as const))(
    'refused: %s',
    ([, { device, code, params = {} }]) => {
      const [problem] = problemsOf({
        doors: [{ id: 'door-1', name: 'Door', relockAfterMs: 0 }],
        devices: [deviceOf(fixture, device)],
      } as unknown as SiteConfig);
      expect(problem).toMatchObject({ deviceId: 'device-1', problem: { code, params } });
    },
  );

  test('nothing that is heard makes it throw, and all that it reports is of the words there are', () => {
    const topics = devices.flatMap(({ device }) => codec.topics(device).map((topic) => [device, topic] as const));
    const payloads = said.map(([, , { payload }]) => payload);
    // Half of them are real ones with something broken in the middle.
    const broken = fc
      .tuple(fc.constantFrom(...payloads), fc.nat(), fc.oneof(fc.string(), fc.json()))
      .map(([payload, at, text]) => {
        const cut = at % (payload.length + 1);
        return payload.slice(0, cut) + text + payload.slice(cut + (at % 5));
      });
    const anything = fc.oneof(fc.json(), fc.string(), broken, fc.constantFrom(...payloads));
    fc.assert(
      fc.property(fc.constantFrom(...topics), anything, fc.boolean(), ([device, topic], text, isRetained) => {
        for (const report of codec.decode(device, { topic, text, isRetained })) {
          if (report.type === 'reading') expect(Number.isFinite(report.value)).toBe(true);
          if (report.type === 'presentation') expect(report.value.length).toBeLessThanOrEqual(32);
        }
      }),
      { numRuns: soak(500, 100_000) },
    );
  });

  test('no stranger’s message makes it throw, and what it sees fits a report', () => {
    if (codec.discovery.filters.length === 0) return;
    const payloads = fixture.sightings.map(({ payload }) => payload);
    const topic = fc
      .tuple(
        fc.constantFrom(...codec.discovery.filters),
        fc.array(fc.constantFrom('a', '', 'entree', 'é', 'shellyplus1-441793ab3fb4'), { minLength: 6, maxLength: 6 }),
      )
      .map(([filter, levels]) =>
        filter
          .split('/')
          .map((level, i) => (level === '+' ? levels[i] : level))
          .join('/'),
      );
    const broken = fc
      .tuple(fc.constantFrom(...payloads), fc.nat(), fc.json())
      .map(([payload, at, text]) => payload.slice(0, at % (payload.length + 1)) + text);
    fc.assert(
      fc.property(topic, fc.oneof(fc.json(), fc.string(), broken, fc.constantFrom(...payloads)), (heard, text) => {
        for (const { address, reports: _, isGone, ...rest } of codec.discovery.see({
          topic: heard,
          text,
          isRetained: false,
        })) {
          if (isGone || address === '' || address.length > 200) continue;
          const device = {
            codec: codec.name,
            address,
            kinds: [],
            ...rest,
            example: {},
            isAdopted: false,
            firstSeenAt: 0,
            lastSeenAt: 0,
          };
          const report = {
            v: PROTOCOL_VERSION,
            networkId: 'n',
            siteId: 's',
            bridgeId: 'b',
            bootId: 'b',
            at: 0,
            configRevision: null,
            devices: [device],
            isCut: false,
            problems: [],
          };
          expect(parseBody('devices/seen', JSON.stringify(report))).toMatchObject({ ok: true });
        }
      }),
      { numRuns: soak(500, 100_000) },
    );
  });
});

describe('Zigbee2MQTT keypads and locks', () => {
  const fixture = FIXTURES.find(({ family }) => family === 'zigbee2mqtt') as Fixture;
  const codec = codecOf(fixture);
  const device = deviceOf(fixture, { kind: 'lock', address: 'door1' });

  test('a keypad that gave no transaction cannot be answered', () => {
    const presentation = { type: 'presentation', kind: 'pin', value: '482913', transaction: null } as const;
    expect(codec.answer(device, presentation, GRANTED)).toEqual([]);
  });

  test('codes of the lock’s own list', () => {
    const { pins } = codec;
    const payloads = (messages: readonly { payload: string }[] = []) =>
      messages.map(({ payload }) => JSON.parse(payload));
    expect(payloads(pins?.set(device, 3, '482913'))).toEqual([
      { pin_code: { user: 3, user_type: 'unrestricted', user_enabled: true, pin_code: '482913' } },
    ]);
    expect(payloads(pins?.clear(device, 3))).toEqual([{ pin_code: { user: 3, pin_code: null } }]);
    expect(pins?.ask(device, 3)).toEqual([{ topic: 'zigbee2mqtt/door1/get', payload: '{"pin_code":{"user":3}}' }]);
  });
});

describe('a configuration as a whole', () => {
  const door = { id: 'door-1', name: 'Entrée', relockAfterMs: 5_000 };
  const device = (fields: Partial<DeviceConfig>): DeviceConfig => ({
    id: 'd',
    kind: 'lock',
    codec: 'zigbee2mqtt',
    address: 'x',
    doorId: 'door-1',
    spaceId: null,
    ...fields,
  });
  const problems = (...devices: DeviceConfig[]) => problemsOf({ doors: [door], devices } as unknown as SiteConfig);

  test('a make that a newer server knows', () => {
    expect(problems(device({ codec: 'matter' }))).toEqual([
      { deviceId: 'd', problem: { code: 'family_unknown', params: { family: 'matter' } } },
    ]);
  });
  test('a kind that a newer server knows', () => {
    expect(problems(device({ kind: 'siren' }))).toMatchObject([{ problem: { code: 'kind_not_supported' } }]);
  });
  test('a lock at no door', () => {
    expect(problems(device({ doorId: null }))).toMatchObject([
      { problem: { code: 'door_missing', params: { kind: 'lock' } } },
    ]);
  });
  test('a contact at no door is a window’s', () => {
    expect(problems(device({ doorId: null, kind: 'contact' }))).toEqual([]);
  });
  test('a reader without a lock', () => {
    expect(problems(device({ kind: 'reader' }))).toMatchObject([
      { doorId: 'door-1', problem: { code: 'door_without_lock' } },
    ]);
  });
  test('two locks', () => {
    expect(problems(device({}), device({ id: 'e', address: 'y' }))).toMatchObject([{ problem: { code: 'two_locks' } }]);
  });
  test('nothing', () => {
    expect(problems(device({}), device({ id: 'r', kind: 'reader', address: 'r' }))).toEqual([]);
  });
});
