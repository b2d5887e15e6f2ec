import type { AccessDecision } from '@mitoyen/domain';
import { normaliseBadge, normalisePin } from '@mitoyen/protocol';
import type { Codec, DeviceReport, Presentation } from './codec.ts';

/*
 * Zigbee2MQTT (zigbee2mqtt.io: guide/usage/mqtt_topics_and_messages, devices/KEYZB-110; herdsman-converters 26.112).
 *
 * | topic                     | payload                                                             | report                     |
 * | ------------------------- | ------------------------------------------------------------------- | -------------------------- |
 * | base/NAME                 | {"action":"disarm","action_code":"1234","action_transaction":7}     | presentation (PIN)         |
 * | base/NAME                 | {"action":"disarm","action_code":"+04A1B2C3","action_transaction":8}| presentation (badge)       |
 * | base/NAME                 | {"state":"UNLOCK","lock_state":"unlocked"}                          | lock                       |
 * | base/NAME                 | {"contact":true}                                                    | contact, closed            |
 * | base/NAME                 | {"occupancy":true}                                                  | reading motion 1           |
 * | base/NAME                 | {"people":4}                                                        | reading people 4           |
 * | base/NAME                 | {"battery":65,"linkquality":28}                                     | readings                   |
 * | base/NAME/availability    | {"state":"online"} or online                                        | availability               |
 * | base/NAME/set, retained   | anything                                                            | retained_order             |
 *
 * | to say                    | topic         | payload                                                                     |
 * | ------------------------- | ------------- | --------------------------------------------------------------------------- |
 * | unlock, lock              | base/NAME/set | {"state":"UNLOCK"}, {"state":"LOCK"}                                        |
 * | state?                    | base/NAME/get | {"state":""}                                                                |
 * | show yourself             | base/NAME/set | {"identify":"identify"}                                                     |
 * | granted                   | base/NAME/set | {"arm_mode":{"transaction":7,"mode":"disarm"}}                              |
 * | refused                   | base/NAME/set | {"arm_mode":{"transaction":7,"mode":"invalid_code"}} (not_ready: right person, wrong time) |
 */

const BASE = 'zigbee2mqtt';
const MAX_CODE_LENGTH = 32;
const LOCK_STATES = new Set(['locked', 'unlocked', 'not_fully_locked']);

/** Refusals that are about the hour or the door and not about the code. */
const NOT_READY = new Set(['not_yet', 'ended', 'outside_opening_window', 'audience_not_admitted', 'clock_unknown']);

export const zigbee2mqtt: Codec = {
  name: 'zigbee2mqtt',

  topics: (address) => [`${BASE}/${address}`, `${BASE}/${address}/availability`, `${BASE}/${address}/set`],

  decode(address, topic, payload, isRetained) {
    const text = Buffer.from(payload).toString('utf8');
    switch (topic.slice(`${BASE}/${address}`.length)) {
      case '/set':
        return isRetained && text !== '' ? [{ type: 'retained_order', topic }] : [];
      case '/availability':
        return availability(text);
      default:
        return state(parseObject(text), isRetained);
    }
  },

  unlock: (address) => ({ topic: `${BASE}/${address}/set`, payload: '{"state":"UNLOCK"}' }),
  lock: (address) => ({ topic: `${BASE}/${address}/set`, payload: '{"state":"LOCK"}' }),
  readLock: (address) => ({ topic: `${BASE}/${address}/get`, payload: '{"state":""}' }),
  identify: (address) => ({ topic: `${BASE}/${address}/set`, payload: '{"identify":"identify"}' }),

  answer(address, presentation, decision) {
    if (presentation.transaction === null) return [];
    const payload = JSON.stringify({ arm_mode: { transaction: presentation.transaction, mode: keypadMode(decision) } });
    return [{ topic: `${BASE}/${address}/set`, payload }];
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

function state(said: Record<string, unknown>, isRetained: boolean): DeviceReport[] {
  const reports: DeviceReport[] = [];
  const { action_code: code, action_transaction: transaction } = said;
  if (typeof said.action === 'string' && typeof code === 'string' && code !== '' && !isRetained) {
    reports.push(presentation(code.slice(0, MAX_CODE_LENGTH), transaction));
  }
  if (typeof said.lock_state === 'string' && LOCK_STATES.has(said.lock_state)) {
    reports.push({ type: 'lock', state: said.lock_state as 'locked' });
  } else if (said.state === 'LOCK' || said.state === 'UNLOCK') {
    reports.push({ type: 'lock', state: said.state === 'LOCK' ? 'locked' : 'unlocked' });
  }
  if (typeof said.contact === 'boolean') reports.push({ type: 'contact', isClosed: said.contact });
  if (typeof said.occupancy === 'boolean') {
    reports.push({ type: 'reading', kind: 'motion', value: said.occupancy ? 1 : 0 });
  }
  if (isNumber(said.people)) reports.push({ type: 'reading', kind: 'people', value: said.people });
  if (isNumber(said.battery)) reports.push({ type: 'reading', kind: 'battery', value: said.battery });
  if (isNumber(said.linkquality)) reports.push({ type: 'reading', kind: 'link_quality', value: said.linkquality });
  return reports;
}

/** One field for both: a tag is marked with `+` or has the eight hex digits of the shortest UID; anything else was typed. */
function presentation(code: string, transaction: unknown): Presentation {
  const badge = normaliseBadge(code);
  return {
    type: 'presentation',
    kind: badge === null ? 'pin' : 'badge',
    value: badge ?? normalisePin(code) ?? code,
    transaction: Number.isInteger(transaction) ? (transaction as number) : null,
  };
}

const isNumber = (value: unknown): value is number => Number.isFinite(value);

function parseObject(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
