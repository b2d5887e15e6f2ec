import type { Presented, SimulatedDoorConfig } from './site.ts';

export interface SaidOnSite {
  readonly topic: string;
  readonly payload: string;
  readonly isRetained?: boolean;
}

/** What the hardware of a door was told; `relockAfterMs`: it locks by itself then. */
export type Order = { readonly to: 'unlock'; readonly relockAfterMs?: number } | { readonly to: 'lock' | 'report' };

/** How the simulated hardware of one door speaks: written from the makes' documentation, not from the bridge's codecs. */
export interface Dialect {
  topics(door: SimulatedDoorConfig): string[];
  announce(door: SimulatedDoorConfig): SaidOnSite[];
  /** Every three minutes. */
  beat(door: SimulatedDoorConfig): SaidOnSite[];
  lock(door: SimulatedDoorConfig, state: 'locked' | 'unlocked', battery: number): SaidOnSite[];
  contact(door: SimulatedDoorConfig, isClosed: boolean): SaidOnSite[];
  /** @param count of presentations at this reader, as keypads number them. */
  present(door: SimulatedDoorConfig, presented: Presented, count: number): SaidOnSite[];
  /** What a message on one of `topics` tells the lock to do, and what it answers at once. */
  hear(
    door: SimulatedDoorConfig,
    topic: string,
    text: string,
    state: 'locked' | 'unlocked',
  ): { order: Order | null; answer?: SaidOnSite[] };
}

const NOTHING = { order: null };

/** A Yale lock, a Frient keypad and a SONOFF contact behind Zigbee2MQTT. */
const zigbee2mqtt: Dialect = {
  topics: ({ lockAddress }) => [`zigbee2mqtt/${lockAddress}/set`, `zigbee2mqtt/${lockAddress}/get`],
  announce: ({ readerAddress, lockAddress, contactAddress }) =>
    [readerAddress, lockAddress, contactAddress].map((address) => ({
      topic: `zigbee2mqtt/${address}/availability`,
      payload: '{"state":"online"}',
      isRetained: true,
    })),
  beat: () => [],
  lock: ({ lockAddress }, state, battery) => [
    zigbee(lockAddress, { state: state === 'locked' ? 'LOCK' : 'UNLOCK', lock_state: state, battery }),
  ],
  contact: ({ contactAddress }, isClosed) => [zigbee(contactAddress, { contact: isClosed, battery: 91 })],
  present: ({ readerAddress }, presented, count) => [
    zigbee(readerAddress, {
      action: 'disarm',
      action_code: presented.kind === 'badge' ? `+${presented.uid}` : presented.pin,
      action_transaction: count % 256,
      action_zone: 23,
    }),
  ],
  hear(_door, topic, text) {
    if (topic.endsWith('/get')) return { order: { to: 'report' } };
    const { state } = objectOf(text);
    if (state !== 'LOCK' && state !== 'UNLOCK') return NOTHING;
    return { order: { to: state === 'LOCK' ? 'lock' : 'unlock' } };
  },
};

const zigbee = (address: string, payload: object): SaidOnSite => ({
  topic: `zigbee2mqtt/${address}`,
  payload: JSON.stringify({ ...payload, linkquality: 120 }),
});

/** A Shelly Plus 1 at the strike, the door's reed contact at its input, and an esp-rfid reader with keys. */
const shelly: Dialect = {
  topics: ({ lockAddress }) => [`${shellyOf(lockAddress)}/rpc`],
  announce: ({ lockAddress, readerAddress }) => [
    { topic: `${shellyOf(lockAddress)}/online`, payload: 'true', isRetained: true },
    espRfid(readerAddress, { type: 'boot', uptime: 0, ip: '192.168.1.9' }),
  ],
  beat: ({ readerAddress }) => [espRfid(readerAddress, { type: 'heartbeat', uptime: 180, ip: '192.168.1.9' })],
  lock: ({ lockAddress }, state) => [
    notify(lockAddress, { 'switch:0': { id: 0, output: state === 'unlocked', source: 'MQTT' } }),
  ],
  contact: ({ lockAddress }, isClosed) => [notify(lockAddress, { 'input:0': { id: 0, state: isClosed } })],
  present: ({ readerAddress }, presented) => [
    espRfid(readerAddress, {
      type: 'access',
      isKnown: 'false',
      access: 'Denied',
      username: 'Unknown',
      uid: presented.kind === 'badge' ? presented.uid.toLowerCase() : presented.pin,
    }),
  ],
  hear({ lockAddress }, _topic, text, state) {
    const { id, src, method, params } = objectOf(text);
    const { on, toggle_after: seconds } = isObject(params) ? params : {};
    const reply = (result: object): SaidOnSite[] => [
      { topic: `${src}/rpc`, payload: JSON.stringify({ id, src: shellyOf(lockAddress), dst: src, result }) },
    ];
    const output = state === 'unlocked';
    if (method === 'Switch.GetStatus') return { order: null, answer: reply({ id: 0, source: 'init', output }) };
    if (method !== 'Switch.Set' || typeof on !== 'boolean') return NOTHING;
    const relock = typeof seconds === 'number' ? { relockAfterMs: seconds * 1_000 } : {};
    return { order: on ? { to: 'unlock', ...relock } : { to: 'lock' }, answer: reply({ was_on: output }) };
  },
};

const shellyOf = (lockAddress: string): string => lockAddress.slice(0, lockAddress.lastIndexOf('/'));

const notify = (lockAddress: string, params: object): SaidOnSite => {
  const src = shellyOf(lockAddress);
  const frame = { src, dst: `${src}/events`, method: 'NotifyStatus', params: { ts: 1708179956.3, ...params } };
  return { topic: `${src}/events/rpc`, payload: JSON.stringify(frame) };
};

const espRfid = (readerAddress: string, payload: object): SaidOnSite => {
  const cut = readerAddress.lastIndexOf('/');
  return {
    topic: `${readerAddress.slice(0, cut)}/send`,
    payload: JSON.stringify({ ...payload, time: 1605991375, hostname: readerAddress.slice(cut + 1) }),
  };
};

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

function objectOf(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
}

export const DIALECTS = { zigbee2mqtt, shelly } as const;
export type DialectName = keyof typeof DIALECTS;
