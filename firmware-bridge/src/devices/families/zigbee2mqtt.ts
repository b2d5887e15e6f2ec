import type { AccessDecision } from '@mitoyen/domain';
import type { DeviceConfig, DeviceKind, LockSource } from '@mitoyen/protocol';
import { type Codec, type DeviceReport, type Heard, problem, type Sighting } from '../codec.ts';
import {
  isNumber,
  isObject,
  isTopic,
  type JsonObject,
  parseJson,
  parseObject,
  presentationOf,
  readingsOf,
  textOf,
} from '../payload.ts';

/*
 * Zigbee2MQTT (zigbee2mqtt.io: guide/usage/mqtt_topics_and_messages, devices/KEPZB-110, devices/9GED18000-009; herdsman-converters
 * 26.112). The address is the friendly name.
 *
 * | topic                     | payload                                                             | report                     |
 * | ------------------------- | ------------------------------------------------------------------- | -------------------------- |
 * | base/NAME                 | {"action":"disarm","action_code":"1234","action_transaction":7}     | presentation (PIN)         |
 * | base/NAME                 | {"action":"disarm","action_code":"+04A1B2C3","action_transaction":8}| presentation (badge)       |
 * | base/NAME                 | {"state":"UNLOCK","lock_state":"unlocked"}                          | lock                       |
 * | base/NAME                 | {"action":"unlock","action_user":3,"action_source_name":"keypad"}   | operated, slot 3           |
 * | base/NAME                 | {"pin_code":{"users":{"3":{"status":"enabled"}}}}, {"users":{...}}  | pin_slot                   |
 * | base/NAME                 | {"contact":true}                                                    | contact, closed            |
 * | base/NAME                 | {"occupancy":true}, {"presence":true}                               | reading motion 1           |
 * | base/NAME                 | {"illuminance":120,"co2":640,"temperature":20.5,"humidity":41}      | readings                   |
 * | base/NAME                 | {"people":4}, {"battery":65,"linkquality":28}                       | readings                   |
 * | base/NAME/availability    | {"state":"online"} or online                                        | availability               |
 * | base/NAME/set, retained   | anything                                                            | retained_order             |
 *
 * | to say                    | topic         | payload                                                                     |
 * | ------------------------- | ------------- | --------------------------------------------------------------------------- |
 * | unlock, lock              | base/NAME/set | {"state":"UNLOCK"}, {"state":"LOCK"}                                        |
 * | state?                    | base/NAME/get | {"state":""}                                                                |
 * | code in slot 3            | base/NAME/set | {"pin_code":{"user":3,"user_type":"unrestricted","user_enabled":true,"pin_code":"1234"}} |
 * | slot 3 emptied            | base/NAME/set | {"pin_code":{"user":3,"pin_code":null}}                                     |
 * | slot 3?                   | base/NAME/get | {"pin_code":{"user":3}}                                                     |
 * | show yourself             | base/NAME/set | {"identify":"identify"}                                                     |
 * | granted                   | base/NAME/set | {"arm_mode":{"transaction":7,"mode":"disarm"}}                              |
 * | refused                   | base/NAME/set | {"arm_mode":{"transaction":7,"mode":"invalid_code"}} (not_ready: right person, wrong time) |
 */

const BASE = 'zigbee2mqtt';
/** A coordinator has at most some two hundred devices. */
const MAX_LISTED = 500;

const LOCK_STATES = new Set(['locked', 'unlocked', 'not_fully_locked']);

const READINGS = {
  people: 'people',
  illuminance: 'illuminance',
  co2: 'co2',
  temperature: 'temperature',
  humidity: 'humidity',
  battery: 'battery',
  linkquality: 'link_quality',
} as const;

/** Refusals that are about the hour or the door and not about the code. */
const NOT_READY = new Set([
  'no_referent',
  'not_yet',
  'ended',
  'outside_opening_window',
  'audience_not_admitted',
  'clock_unknown',
]);

/** `action_source_name` of herdsman-converters; `rf` is a command from the network, our own included. */
const SOURCES: ReadonlyMap<unknown, LockSource> = new Map<unknown, LockSource>([
  ['keypad', 'keypad'],
  ['manual', 'key'],
  ['rfid', 'rfid'],
  ['fingerprint', 'fingerprint'],
  ['rf', 'remote'],
]);

/** Actions of locks (`fromZigbee.js`, lock operation events). */
const OPERATIONS: ReadonlyMap<unknown, 'unlocked' | 'locked' | 'refused'> = new Map<
  unknown,
  'unlocked' | 'locked' | 'refused'
>([
  ['unlock', 'unlocked'],
  ['manual_unlock', 'unlocked'],
  ['key_unlock', 'unlocked'],
  ['lock', 'locked'],
  ['manual_lock', 'locked'],
  ['key_lock', 'locked'],
  ['auto_lock', 'locked'],
  ['one_touch_lock', 'locked'],
  ['unlock_failure_invalid_pin_or_id', 'refused'],
  ['unlock_failure_invalid_schedule', 'refused'],
]);

/** `exposes` of `bridge/devices` -> what the device can serve as. */
const KIND_OF_FEATURE: Readonly<Record<string, DeviceKind>> = {
  lock: 'lock',
  action_code: 'reader',
  contact: 'contact',
  occupancy: 'motion',
  presence: 'motion',
  people: 'people_counter',
  co2: 'sensor',
  illuminance: 'sensor',
  temperature: 'sensor',
  humidity: 'sensor',
};

const set = (device: DeviceConfig, payload: object) => ({
  topic: `${BASE}/${device.address}/set`,
  payload: JSON.stringify(payload),
});
const get = (device: DeviceConfig, payload: object) => ({
  topic: `${BASE}/${device.address}/get`,
  payload: JSON.stringify(payload),
});

export const zigbee2mqtt: Codec = {
  name: 'zigbee2mqtt',
  kinds: ['reader', 'lock', 'contact', 'motion', 'people_counter', 'sensor'],

  check: ({ codec, address }) =>
    isTopic(address) && !address.startsWith('bridge/')
      ? null
      : problem('address_wrong', { family: codec, address, example: 'porte-entree' }),

  topics: ({ address }) => [`${BASE}/${address}`, `${BASE}/${address}/availability`, `${BASE}/${address}/set`],

  decode({ address }, { topic, text, isRetained }) {
    switch (topic.slice(`${BASE}/${address}`.length)) {
      case '/set':
        return isRetained && text !== '' ? [{ type: 'retained_order', topic }] : [];
      case '/availability':
        return availability(text);
      default:
        return state(parseObject(text), isRetained);
    }
  },

  lock: {
    unlock: (device) => [set(device, { state: 'UNLOCK' })],
    lock: (device) => [set(device, { state: 'LOCK' })],
    ask: (device) => [get(device, { state: '' })],
    reports: () => ({ unlocked: true, locked: true }),
  },

  pins: {
    set: (device, slot, pin) => [
      set(device, { pin_code: { user: slot, user_type: 'unrestricted', user_enabled: true, pin_code: pin } }),
    ],
    clear: (device, slot) => [set(device, { pin_code: { user: slot, pin_code: null } })],
    ask: (device, slot) => [get(device, { pin_code: { user: slot } })],
  },

  identify: (device) => [set(device, { identify: 'identify' })],

  answer: (device, { transaction }, decision) =>
    transaction === null ? [] : [set(device, { arm_mode: { transaction, mode: keypadMode(decision) } })],

  discovery: {
    filters: [`${BASE}/bridge/devices`, `${BASE}/+`, `${BASE}/+/availability`],
    see,
  },
};

function keypadMode(decision: AccessDecision): string {
  if (decision.granted) return 'disarm';
  return NOT_READY.has(decision.reason) ? 'not_ready' : 'invalid_code';
}

function availability(text: string): DeviceReport[] {
  const state = parseObject(text).state ?? text;
  return state === 'online' || state === 'offline' ? [{ type: 'availability', isOnline: state === 'online' }] : [];
}

function state(said: JsonObject, isRetained: boolean): DeviceReport[] {
  const reports: DeviceReport[] = [];
  if (!isRetained) reports.push(...momentary(said));
  if (typeof said.lock_state === 'string' && LOCK_STATES.has(said.lock_state)) {
    reports.push({ type: 'lock', state: said.lock_state as 'locked' });
  } else if (said.state === 'LOCK' || said.state === 'UNLOCK') {
    reports.push({ type: 'lock', state: said.state === 'LOCK' ? 'locked' : 'unlocked' });
  }
  if (typeof said.contact === 'boolean') reports.push({ type: 'contact', isClosed: said.contact });
  const isOccupied = said.occupancy ?? said.presence;
  if (typeof isOccupied === 'boolean') reports.push({ type: 'reading', kind: 'motion', value: isOccupied ? 1 : 0 });
  return [...reports, ...pinSlots(said), ...readingsOf(onlyNumbers(said), READINGS)];
}

/** A code that was typed, a tag that was held, a key that was turned: at this moment, or not at all. */
function momentary(said: JsonObject): DeviceReport[] {
  if (typeof said.action !== 'string') return [];
  const { action_code: code, action_transaction: transaction, action_user: user } = said;
  if (typeof code === 'string' && code !== '') {
    return [presentationOf(code, Number.isInteger(transaction) ? (transaction as number) : null)];
  }
  const what = OPERATIONS.get(said.action);
  if (what === undefined) return [];
  const source = sourceOf(said.action, said.action_source_name);
  // An order of the network comes back as an action: the state says the same.
  if (source === 'remote') return [];
  return [{ type: 'operated', what, source, slot: isSlot(user) && source !== 'key' ? user : null }];
}

function sourceOf(action: string, name: unknown): LockSource {
  const source = SOURCES.get(name);
  if (source !== undefined) return source;
  if (action === 'auto_lock') return 'by_itself';
  return action.startsWith('key_') || action.startsWith('manual_') ? 'key' : 'other';
}

/** With the option `expose_pin` the codes themselves come along: nothing of them is passed on. */
function pinSlots(said: JsonObject): DeviceReport[] {
  const users = isObject(said.pin_code) && isObject(said.pin_code.users) ? said.pin_code.users : said.users;
  if (!isObject(users)) return [];
  return Object.entries(users).flatMap(([slot, user]): DeviceReport[] => {
    const number = Number(slot);
    if (!isSlot(number) || !isObject(user) || typeof user.status !== 'string') return [];
    return [{ type: 'pin_slot', slot: number, isUsed: user.status !== 'available' }];
  });
}

/** 65,535 is how a lock says "nobody known". */
const isSlot = (value: unknown): value is number =>
  Number.isInteger(value) && (value as number) >= 0 && (value as number) < 65_535;

/** Zigbee2MQTT writes numbers as numbers: a text in their place is something else. */
const onlyNumbers = (said: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(said).filter(([, value]) => isNumber(value)));

function see({ topic, text, isRetained }: Heard): Sighting[] {
  const path = topic.slice(BASE.length + 1);
  if (path === 'bridge/devices') return listed(parseJson(text));
  const [address = '', end, ...rest] = path.split('/');
  if (address === '' || address === 'bridge' || rest.length > 0) return [];
  if (end === 'availability') return [{ address, reports: availability(text) }];
  if (end !== undefined) return [];
  const reports = state(parseObject(text), isRetained);
  return reports.length === 0 ? [] : [{ address, reports }];
}

/** The coordinator's own list: the truth about names, makes and abilities. */
function listed(list: unknown): Sighting[] {
  if (!Array.isArray(list)) return [];
  return list.slice(0, MAX_LISTED).flatMap((one): Sighting[] => {
    if (!isObject(one) || one.type === 'Coordinator') return [];
    const address = textOf(one.friendly_name);
    if (address === undefined || !isTopic(address)) return [];
    const { vendor, model, exposes } = isObject(one.definition) ? one.definition : {};
    const features = new Set(featuresOf(exposes));
    const kinds = [...new Set(Object.keys(KIND_OF_FEATURE).filter((each) => features.has(each)))].map(
      (each) => KIND_OF_FEATURE[each] as DeviceKind,
    );
    return [{ address, name: address, vendor: textOf(vendor), model: textOf(model), kinds: [...new Set(kinds)] }];
  });
}

/** Types and properties in `exposes`, one level of nesting deep as the documentation has it. */
function featuresOf(exposes: unknown, depth = 0): string[] {
  if (!Array.isArray(exposes) || depth > 2) return [];
  return exposes.flatMap((expose) => {
    if (!isObject(expose)) return [];
    return [textOf(expose.type), textOf(expose.property)]
      .filter((word) => word !== undefined)
      .concat(featuresOf(expose.features, depth + 1));
  });
}
