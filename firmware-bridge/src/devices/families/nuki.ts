import type { DeviceConfig, LockSource } from '@mitoyen/protocol';
import { type Codec, type DeviceReport, type Heard, problem, type Sighting } from '../codec.ts';
import { numberOf, textOf } from '../payload.ts';
import { checkSettings, choice } from '../settings.ts';

/*
 * Nuki Smart Lock (MQTT API 1.4: developer.nuki.io/t/mqtt-api-specification-v1-4/19223, and its tables of states and actions). The
 * address is the lock's id in hexadecimal, as the app shows it: 2BB28570.
 *
 * | topic                    | payload         | report                                                                   |
 * | ------------------------ | --------------- | ------------------------------------------------------------------------ |
 * | nuki/ID/state            | 1               | locked                                                                   |
 * | nuki/ID/state            | 3, 5, 6         | unlocked (unlocked, unlatched, lock'n'go)                                |
 * | nuki/ID/state            | 254             | jammed (2, 4, 7 are on their way: nothing yet)                           |
 * | nuki/ID/doorsensorState  | 2, 3            | contact, closed, open                                                    |
 * | nuki/ID/batteryChargeState | 65            | reading battery                                                          |
 * | nuki/ID/lockActionEvent  | 3,0,54321,12345,1 | operated: unlocked, keypad, code 12345                                 |
 * | nuki/ID/connected        | true, false     | availability                                                             |
 * | nuki/ID/lockAction, retained | anything    | retained_order                                                           |
 *
 * | to say                   | topic               | payload                                                              |
 * | ------------------------ | ------------------- | -------------------------------------------------------------------- |
 * | unlock (or unlatch), lock| nuki/ID/lockAction  | 1 (3), 2                                                             |
 *
 * States are retained: a subscription answers with them.
 */

const BASE = 'nuki';
const SETTINGS = { unlockBy: ['unlock', 'unlatch'] } as const;

const STATES: ReadonlyMap<string, 'locked' | 'unlocked' | 'jammed'> = new Map([
  ['1', 'locked'],
  ['3', 'unlocked'],
  ['5', 'unlocked'],
  ['6', 'unlocked'],
  ['254', 'jammed'],
] as const);

/** Unlock, unlatch, lock'n'go with and without; lock, full lock. */
const OPERATIONS: ReadonlyMap<string, 'unlocked' | 'locked'> = new Map([
  ['1', 'unlocked'],
  ['3', 'unlocked'],
  ['4', 'unlocked'],
  ['5', 'unlocked'],
  ['2', 'locked'],
  ['6', 'locked'],
] as const);

/** MQTT: our own order, which the state confirms. This and 6, auto lock, from memory of the BLE API's table of triggers. */
const TRIGGER_MQTT = '172';

export const nuki: Codec = {
  name: 'nuki',
  kinds: ['lock', 'contact'],

  check: (device) =>
    /^[0-9A-F]{6,8}$/i.test(device.address)
      ? checkSettings(device, SETTINGS)
      : problem('address_wrong', { family: device.codec, address: device.address, example: '2BB28570' }),

  topics(device) {
    const ends =
      device.kind === 'contact'
        ? ['doorsensorState', 'connected']
        : ['state', 'connected', 'batteryChargeState', 'lockActionEvent', 'lockAction', 'lock', 'unlock'];
    return ends.map((end) => `${BASE}/${device.address}/${end}`);
  },

  decode: (_device, { topic, text, isRetained }) => spoken(topic, text, isRetained),

  lock: {
    unlock: (device) => order(device, choice(device, SETTINGS, 'unlockBy') === 'unlatch' ? '3' : '1'),
    lock: (device) => order(device, '2'),
    ask: () => [],
    reports: () => ({ unlocked: true, locked: true }),
  },
  pins: null,
  identify: () => [],
  answer: () => [],

  discovery: {
    filters: ['state', 'connected', 'name', 'doorsensorState', 'batteryChargeState'].map((end) => `${BASE}/+/${end}`),
    see,
  },
};

const order = ({ address }: DeviceConfig, action: string) => [
  { topic: `${BASE}/${address}/lockAction`, payload: action },
];

function spoken(topic: string, text: string, isRetained: boolean): DeviceReport[] {
  switch (topic.slice(topic.lastIndexOf('/') + 1)) {
    case 'state': {
      const state = STATES.get(text);
      return state === undefined ? [] : [{ type: 'lock', state }];
    }
    case 'doorsensorState':
      return text === '2' || text === '3' ? [{ type: 'contact', isClosed: text === '2' }] : [];
    case 'batteryChargeState': {
      const value = numberOf(text);
      return value === undefined ? [] : [{ type: 'reading', kind: 'battery', value }];
    }
    case 'connected':
      return text === 'true' || text === 'false' ? [{ type: 'availability', isOnline: text === 'true' }] : [];
    case 'lockActionEvent':
      return isRetained ? [] : operated(text);
    case 'lockAction':
    case 'lock':
    case 'unlock':
      return isRetained && text !== '' ? [{ type: 'retained_order', topic }] : [];
    default:
      return [];
  }
}

/** Action, trigger, authorisation, code of the keypad (0: none), and how it was typed: code 1, finger 2, back key 0. */
function operated(text: string): DeviceReport[] {
  const [action = '', trigger = '', , code = '', how = ''] = text.split(',');
  const what = OPERATIONS.get(action);
  if (what === undefined || trigger === TRIGGER_MQTT) return [];
  const slot = /^[1-9]\d{0,4}$/.test(code) ? Number(code) : null;
  return [
    {
      type: 'operated',
      what,
      source: sourceOf(trigger, slot !== null, how),
      slot: slot !== null && slot < 65_536 ? slot : null,
    },
  ];
}

function sourceOf(trigger: string, hasCode: boolean, how: string): LockSource {
  if (hasCode) return how === '2' ? 'fingerprint' : 'keypad';
  if (trigger === '1') return 'key';
  return trigger === '6' ? 'by_itself' : 'other';
}

function see({ topic, text, isRetained }: Heard): Sighting[] {
  const [, address = '', end] = topic.split('/');
  if (!/^[0-9A-F]{6,8}$/i.test(address)) return [];
  return [
    {
      address,
      vendor: 'Nuki',
      kinds: end === 'doorsensorState' ? ['lock', 'contact'] : ['lock'],
      ...(end === 'name' ? { name: textOf(text) } : {}),
      reports: spoken(topic, text, isRetained),
    },
  ];
}
