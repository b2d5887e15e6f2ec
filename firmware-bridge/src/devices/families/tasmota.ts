import type { DeviceConfig } from '@mitoyen/protocol';
import { type Codec, type DeviceReport, type Heard, problem, type Sighting, type SiteMessage } from '../codec.ts';
import { isNumber, isObject, isTopic, type JsonObject, parseObject, readingsOf, textOf } from '../payload.ts';
import { CIRCUIT, checkSettings, choice, RELAY_LOCK } from '../settings.ts';

/*
 * Tasmota (tasmota.github.io/docs: MQTT, Commands, Auto-Discovery), with its usual FullTopic %prefix%/%topic%/. The address is TOPIC,
 * TOPIC/POWER2 (a relay) or TOPIC/Switch1 (an input).
 *
 * | topic                   | payload                                                               | report                        |
 * | ----------------------- | --------------------------------------------------------------------- | ----------------------------- |
 * | stat/TOPIC/RESULT       | {"POWER":"ON"}                                                        | lock, or reading relay        |
 * | tele/TOPIC/STATE        | {"POWER":"OFF","Wifi":{"RSSI":44}}                                    | the same, and link_quality    |
 * | stat/TOPIC/RESULT       | {"Switch1":{"Action":"ON"}}                                           | contact, or reading motion    |
 * | tele/TOPIC/SENSOR       | {"Switch1":"ON"}                                                      | contact, or reading motion    |
 * | tele/TOPIC/SENSOR       | {"SCD30":{"CarbonDioxide":640,"Temperature":20.5},"TempUnit":"C"}     | readings                      |
 * | tele/TOPIC/LWT          | Online, Offline                                                       | availability                  |
 * | cmnd/TOPIC/…, retained  | anything ("ghost switching" in Tasmota's documentation)               | retained_order                |
 *
 * | to say                  | topic                | payload                                                                  |
 * | ----------------------- | -------------------- | ------------------------------------------------------------------------ |
 * | unlock for 5 s          | cmnd/TOPIC/Backlog   | PulseTime1 50; Power1 1 (the device itself switches off again)           |
 * | lock                    | cmnd/TOPIC/Power1    | 0                                                                        |
 * | state?                  | cmnd/TOPIC/Power1    | (empty)                                                                  |
 */

const SETTINGS = { ...RELAY_LOCK, ...CIRCUIT };
const COMPONENT = /^(?:(?:POWER|Switch)(?:[1-9]|[12]\d|3[0-2])?)$/i;

const SENSED = {
  CarbonDioxide: 'co2',
  Illuminance: 'illuminance',
  Humidity: 'humidity',
} as const;

/** What an address names: the device's topic, and the relay or input in it, 1 where none is named. */
function partsOf({ address }: DeviceConfig): { topic: string; component: 'POWER' | 'SWITCH' | null; index: number } {
  const cut = address.lastIndexOf('/');
  const last = address.slice(cut + 1);
  if (cut < 0 || !COMPONENT.test(last)) return { topic: address, component: null, index: 1 };
  const component = /^power/i.test(last) ? 'POWER' : 'SWITCH';
  return { topic: address.slice(0, cut), component, index: Number(last.replace(/\D/g, '')) || 1 };
}

/** 1 to 111 are tenths of a second, from 112 on seconds and 100. */
const pulseTime = (ms: number): number =>
  ms <= 11_100 ? Math.max(1, Math.round(ms / 100)) : Math.min(64_900, Math.round(ms / 1000) + 100);

const command = (device: DeviceConfig, name: string, payload: string): SiteMessage[] => [
  { topic: `cmnd/${partsOf(device).topic}/${name}`, payload },
];

const isUnlockedOn = (device: DeviceConfig): boolean => choice(device, SETTINGS, 'unlockedWhen') === 'on';

export const tasmota: Codec = {
  name: 'tasmota',
  kinds: ['lock', 'contact', 'motion', 'relay', 'sensor'],

  check(device) {
    const { topic, component } = partsOf(device);
    const isRelay = device.kind === 'lock' || device.kind === 'relay';
    const isFit = component === null || (component === 'POWER') === isRelay;
    if (!isTopic(topic) || !isFit) {
      const example = isRelay ? 'porte/POWER1' : 'porte/Switch1';
      return problem('address_wrong', { family: device.codec, address: device.address, example });
    }
    return checkSettings(device, SETTINGS);
  },

  topics(device) {
    const { topic, index } = partsOf(device);
    const heard = [`stat/${topic}/RESULT`, `tele/${topic}/STATE`, `tele/${topic}/SENSOR`, `tele/${topic}/LWT`];
    if (device.kind !== 'lock' && device.kind !== 'relay') return heard;
    const orders = index === 1 ? ['POWER', 'POWER1', 'Power1'] : [`POWER${index}`, `Power${index}`];
    return [...heard, ...orders.map((name) => `cmnd/${topic}/${name}`), `cmnd/${topic}/Backlog`];
  },

  decode(device, { topic, text, isRetained }) {
    if (topic.startsWith('cmnd/')) return isRetained && text !== '' ? [{ type: 'retained_order', topic }] : [];
    if (topic.endsWith('/LWT')) return availability(text);
    const said = parseObject(text);
    const wifi = isObject(said.Wifi) ? readingsOf(said.Wifi, { RSSI: 'link_quality' }) : [];
    switch (device.kind) {
      case 'lock':
      case 'relay':
        return [...power(device, said), ...wifi];
      case 'contact':
      case 'motion':
        return [...input(device, said), ...wifi];
      default:
        return [...sensed(said), ...wifi];
    }
  },

  lock: {
    unlock(device, relockAfterMs) {
      const { index } = partsOf(device);
      if (!isUnlockedOn(device)) return command(device, `Power${index}`, '0');
      // Said each time: PulseTime is kept by the device, and a door that was released by hand must not fall shut by it.
      const pulse = relockAfterMs > 0 ? pulseTime(relockAfterMs) : 0;
      return command(device, 'Backlog', `PulseTime${index} ${pulse}; Power${index} 1`);
    },
    lock: (device) => command(device, `Power${partsOf(device).index}`, isUnlockedOn(device) ? '0' : '1'),
    ask: (device) => command(device, `Power${partsOf(device).index}`, ''),
    reports: () => ({ unlocked: true, locked: true }),
  },
  pins: null,
  identify: () => [],
  answer: () => [],

  discovery: {
    filters: ['tasmota/discovery/+/config', 'tele/+/STATE', 'tele/+/SENSOR'],
    see,
  },
};

function availability(text: string): DeviceReport[] {
  return text === 'Online' || text === 'Offline' ? [{ type: 'availability', isOnline: text === 'Online' }] : [];
}

/** A device with one relay calls it POWER, one with more POWER1 and so on. */
function power(device: DeviceConfig, said: JsonObject): DeviceReport[] {
  const { index } = partsOf(device);
  const value = said[`POWER${index}`] ?? (index === 1 ? said.POWER : undefined);
  if (value !== 'ON' && value !== 'OFF') return [];
  const isOn = value === 'ON';
  if (device.kind === 'relay') return [{ type: 'reading', kind: 'relay', value: isOn ? 1 : 0 }];
  return [{ type: 'lock', state: isOn === isUnlockedOn(device) ? 'unlocked' : 'locked' }];
}

function input(device: DeviceConfig, said: JsonObject): DeviceReport[] {
  const spoken = said[`Switch${partsOf(device).index}`];
  const value = isObject(spoken) ? spoken.Action : spoken;
  if (value !== 'ON' && value !== 'OFF') return [];
  const isOn = value === 'ON';
  if (device.kind === 'motion') return [{ type: 'reading', kind: 'motion', value: isOn ? 1 : 0 }];
  return [{ type: 'contact', isClosed: isOn === (choice(device, SETTINGS, 'closedWhen') === 'on') }];
}

/** Sensors stand one level deep, each under the name of its chip. */
function sensed(said: JsonObject): DeviceReport[] {
  const isFahrenheit = said.TempUnit === 'F';
  return Object.values(said).flatMap((chip): DeviceReport[] => {
    if (!isObject(chip)) return [];
    const { Temperature: degrees } = chip;
    const temperature = isNumber(degrees) ? (isFahrenheit ? ((degrees - 32) * 5) / 9 : degrees) : undefined;
    return [
      ...readingsOf(chip, SENSED),
      ...(temperature === undefined
        ? []
        : [{ type: 'reading' as const, kind: 'temperature' as const, value: Math.round(temperature * 10) / 10 }]),
    ];
  });
}

function see({ topic, text }: Heard): Sighting[] {
  const [root = '', name = '', end = ''] = topic.split('/');
  const said = parseObject(text);
  if (root === 'tasmota') return announced(said);
  if (end === 'SENSOR') {
    const reports = sensed(said);
    return reports.length === 0 ? [] : [{ address: name, kinds: ['sensor'], reports }];
  }
  return Object.keys(said).flatMap((field): Sighting[] => {
    const value = said[field];
    if (!/^POWER\d?\d?$/.test(field) || (value !== 'ON' && value !== 'OFF')) return [];
    const reports = [{ type: 'reading' as const, kind: 'relay' as const, value: value === 'ON' ? 1 : 0 }];
    return [{ address: `${name}/${field}`, kinds: ['lock', 'relay'], reports }];
  });
}

/** `tasmota/discovery/MAC/config`, retained: relays (`rl`) and inputs (`swc`, in older versions `sw`). */
function announced(said: JsonObject): Sighting[] {
  const topic = textOf(said.t, 100);
  if (topic === undefined || !isTopic(topic)) return [];
  const about = { name: textOf(said.dn), vendor: 'Tasmota', model: textOf(said.md) };
  const relays = present(said.rl, (value) => value === 1);
  const inputs = Array.isArray(said.swc) ? present(said.swc, (value) => value >= 0) : present(said.sw, (v) => v > 0);
  return [
    ...relays.map((index): Sighting => {
      const component = relays.length === 1 ? 'POWER' : `POWER${index}`;
      return { ...about, address: `${topic}/${component}`, kinds: ['lock', 'relay'] };
    }),
    ...inputs.map(
      (index): Sighting => ({ ...about, address: `${topic}/Switch${index}`, kinds: ['contact', 'motion'] }),
    ),
  ];
}

/** Which of a device's 32 possible parts are there, from 1. */
function present(list: unknown, isThere: (value: number) => boolean): number[] {
  if (!Array.isArray(list)) return [];
  return list.slice(0, 32).flatMap((value, index) => (isNumber(value) && isThere(value) ? [index + 1] : []));
}
