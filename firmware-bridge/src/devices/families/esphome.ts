import type { DeviceConfig, DeviceKind, ReadingKind } from '@mitoyen/protocol';
import { type Codec, type DeviceReport, type Heard, problem, type Sighting, type SiteMessage } from '../codec.ts';
import { isTopic, isTopicLevel, numberOf, presentationOf } from '../payload.ts';
import { checkSettings, choice } from '../settings.ts';

/*
 * ESPHome over MQTT (esphome.io/components/mqtt; mqtt_lock.cpp, mqtt_switch.cpp). The address is PREFIX/COMPONENT/OBJECT, as in its
 * topics: porte/lock/entree.
 *
 * | topic                               | payload                                | report                              |
 * | ----------------------------------- | -------------------------------------- | ----------------------------------- |
 * | P/lock/OBJECT/state                 | LOCKED, UNLOCKED, JAMMED (LOCKING …)   | lock                                |
 * | P/switch/OBJECT/state               | ON, OFF                                | lock, or reading relay              |
 * | P/binary_sensor/OBJECT/state        | ON, OFF                                | contact (OFF closed), or motion     |
 * | P/sensor/OBJECT/state               | 612                                    | reading, of the kind in `measures`  |
 * | P/text_sensor/OBJECT/state          | 74-10-37-94                            | presentation                        |
 * | P/status                            | online, offline                        | availability                        |
 * | P/COMPONENT/OBJECT/command, retained| anything                               | retained_order                      |
 *
 * | to say         | topic                   | payload                        |
 * | -------------- | ----------------------- | ------------------------------ |
 * | unlock, lock   | P/lock/OBJECT/command   | UNLOCK (or OPEN), LOCK         |
 * | unlock, lock   | P/switch/OBJECT/command | ON, OFF (or the other way)     |
 *
 * States are retained: a subscription answers with them, and nothing needs to be asked.
 */

const MEASURES = ['co2', 'temperature', 'humidity', 'illuminance', 'people', 'battery', 'link_quality'] as const;

const SETTINGS = {
  unlockedWhen: ['on', 'off'],
  unlockBy: ['unlock', 'open'],
  // In Home Assistant's classes, which ESPHome follows, a door that is ON is open.
  closedWhen: ['off', 'on'],
  measures: MEASURES,
} as const;

const KINDS_OF_COMPONENT: Readonly<Record<string, readonly DeviceKind[]>> = {
  lock: ['lock'],
  switch: ['lock', 'relay'],
  binary_sensor: ['contact', 'motion'],
  sensor: ['sensor', 'people_counter'],
  text_sensor: ['reader'],
};

const LOCK_STATES: ReadonlyMap<string, 'locked' | 'unlocked' | 'jammed'> = new Map([
  ['LOCKED', 'locked'],
  ['UNLOCKED', 'unlocked'],
  ['OPEN', 'unlocked'],
  ['JAMMED', 'jammed'],
] as const);

function partsOf(address: string): { prefix: string; component: string; object: string } {
  const levels = address.split('/');
  const [component = '', object = ''] = levels.slice(-2);
  return { prefix: levels.slice(0, -2).join('/'), component, object };
}

/** What a sensor measures: as set, or as its name says. */
function measureOf(device: DeviceConfig): Exclude<ReadingKind, 'contact'> | undefined {
  const { measures } = device.config ?? {};
  if (typeof measures === 'string') return MEASURES.find((one) => one === measures);
  if (device.kind === 'people_counter') return 'people';
  return measureIn(partsOf(device.address).object);
}

const measureIn = (object: string) => MEASURES.find((one) => object.toLowerCase().includes(one));

const command = ({ address }: DeviceConfig, payload: string): SiteMessage[] => [
  { topic: `${address}/command`, payload },
];

function move(device: DeviceConfig, isUnlock: boolean): SiteMessage[] {
  if (partsOf(device.address).component === 'lock') {
    const unlock = choice(device, SETTINGS, 'unlockBy').toUpperCase();
    return command(device, isUnlock ? unlock : 'LOCK');
  }
  const isOn = isUnlock === (choice(device, SETTINGS, 'unlockedWhen') === 'on');
  return command(device, isOn ? 'ON' : 'OFF');
}

export const esphome: Codec = {
  name: 'esphome',
  kinds: ['reader', 'lock', 'contact', 'motion', 'people_counter', 'relay', 'sensor'],

  check(device) {
    const { prefix, component, object } = partsOf(device.address);
    const kinds = KINDS_OF_COMPONENT[component];
    if (!isTopic(prefix) || kinds === undefined || !isTopicLevel(object)) {
      const example = 'porte/lock/entree';
      return problem('address_wrong', { family: device.codec, address: device.address, example });
    }
    if (!kinds.some((kind) => kind === device.kind)) {
      return problem('kind_not_supported', { family: `${device.codec} ${component}`, kind: device.kind });
    }
    const wrong = checkSettings(device, SETTINGS);
    if (wrong !== null || component !== 'sensor') return wrong;
    return measureOf(device) === undefined ? problem('setting_missing', { field: 'measures' }) : null;
  },

  topics(device) {
    const { prefix } = partsOf(device.address);
    return [`${device.address}/state`, `${device.address}/command`, `${prefix}/status`];
  },

  decode(device, { topic, text, isRetained }) {
    if (topic === `${device.address}/command`) {
      return isRetained && text !== '' ? [{ type: 'retained_order', topic }] : [];
    }
    if (topic !== `${device.address}/state`) return availability(text);
    return state(device, text, isRetained);
  },

  lock: {
    unlock: (device) => move(device, true),
    lock: (device) => move(device, false),
    ask: () => [],
    reports: () => ({ unlocked: true, locked: true }),
  },
  pins: null,
  identify: () => [],
  answer: () => [],

  discovery: {
    filters: Object.keys(KINDS_OF_COMPONENT).map((component) => `+/${component}/+/state`),
    see,
  },
};

function availability(text: string): DeviceReport[] {
  return text === 'online' || text === 'offline' ? [{ type: 'availability', isOnline: text === 'online' }] : [];
}

function state(device: DeviceConfig, text: string, isRetained: boolean): DeviceReport[] {
  const { component } = partsOf(device.address);
  if (component === 'lock') {
    const lock = LOCK_STATES.get(text);
    return lock === undefined ? [] : [{ type: 'lock', state: lock }];
  }
  if (component === 'text_sensor') return isRetained || text.trim() === '' ? [] : [presentationOf(text.trim())];
  if (component === 'sensor') {
    const kind = measureOf(device);
    const value = numberOf(text);
    return kind === undefined || value === undefined ? [] : [{ type: 'reading', kind, value }];
  }
  if (text !== 'ON' && text !== 'OFF') return [];
  const isOn = text === 'ON';
  switch (device.kind) {
    case 'lock':
      return [
        { type: 'lock', state: isOn === (choice(device, SETTINGS, 'unlockedWhen') === 'on') ? 'unlocked' : 'locked' },
      ];
    case 'contact':
      return [{ type: 'contact', isClosed: isOn === (choice(device, SETTINGS, 'closedWhen') === 'on') }];
    default:
      return [{ type: 'reading', kind: device.kind === 'motion' ? 'motion' : 'relay', value: isOn ? 1 : 0 }];
  }
}

function see({ topic, text }: Heard): Sighting[] {
  const address = topic.slice(0, -'/state'.length);
  const { prefix, component, object } = partsOf(address);
  const kinds = KINDS_OF_COMPONENT[component];
  // Examples in Home Assistant's documentation keep states below its own prefix; they are announced there too.
  if (kinds === undefined || prefix === 'homeassistant' || prefix === 'mitoyen') return [];
  const measure = measureIn(object);
  const value = numberOf(text);
  return [
    {
      address,
      name: object,
      vendor: 'ESPHome',
      kinds,
      reports:
        component === 'sensor' && measure && value !== undefined ? [{ type: 'reading', kind: measure, value }] : [],
    },
  ];
}
