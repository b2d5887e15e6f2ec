import type { DeviceConfig } from '@mitoyen/protocol';
import { type Codec, type DeviceReport, type Heard, problem, type Sighting, type SiteMessage } from '../codec.ts';
import { isNumber, isObject, isTopic, type JsonObject, parseObject } from '../payload.ts';
import { CIRCUIT, checkSettings, choice, RELAY_LOCK } from '../settings.ts';

/*
 * Shelly, second generation and later, by RPC over MQTT (shelly-api-docs.shelly.cloud/gen2: General/RPCProtocol, General/Notifications,
 * ComponentsAndServices/Mqtt, Switch, Input). The address is PREFIX/switch:0 (a relay), PREFIX/input:0 (an input) or PREFIX (its
 * sensors); PREFIX is the device's id unless it was changed.
 *
 * | topic                | payload                                                                      | report                     |
 * | -------------------- | ---------------------------------------------------------------------------- | -------------------------- |
 * | PREFIX/events/rpc    | {"method":"NotifyStatus","params":{"switch:0":{"id":0,"output":true}}}       | lock, or reading relay     |
 * | PREFIX/status/switch:0 | {"id":0,"source":"init","output":false}                                    | the same                   |
 * | SRC/rpc              | {"id":1,"src":"shellyplus1-…","dst":"SRC","result":{"was_on":false}}         | unlocked: our request 1    |
 * | SRC/rpc              | {"id":3,…,"result":{"id":0,"output":false}}                                  | lock: our question         |
 * | PREFIX/events/rpc    | {…"params":{"input:0":{"id":0,"state":true}}}                                | contact, or reading motion |
 * | PREFIX/events/rpc    | {…"params":{"temperature:0":{"tC":21.4},"humidity:0":{"rh":40},"devicepower:0":{"battery":{"percent":80}}}} | readings |
 * | PREFIX/online        | true, false                                                                  | availability               |
 * | PREFIX/rpc, PREFIX/command/…, retained | anything                                                   | retained_order             |
 *
 * | to say          | topic      | payload                                                                                       |
 * | --------------- | ---------- | --------------------------------------------------------------------------------------------- |
 * | unlock for 5 s  | PREFIX/rpc | {"id":1,"src":"SRC","method":"Switch.Set","params":{"id":0,"on":true,"toggle_after":5}}       |
 * | lock            | PREFIX/rpc | {"id":2,"src":"SRC","method":"Switch.Set","params":{"id":0,"on":false}}                       |
 * | state?          | PREFIX/rpc | {"id":3,"src":"SRC","method":"Switch.GetStatus","params":{"id":0}}                            |
 */

const SETTINGS = { ...RELAY_LOCK, ...CIRCUIT };
function partsOf(address: string): { prefix: string; component: 'switch' | 'input' | null; index: number } {
  const match = /^(.+)\/(switch|input):(\d\d?)$/.exec(address);
  if (match === null) return { prefix: address, component: null, index: 0 };
  return { prefix: match[1] as string, component: match[2] as 'switch', index: Number(match[3]) };
}

/** Two relays of one device answer on one topic, and Switch.Set does not say which: the request's id carries it, in tens. */
const UNLOCK = 1;
const LOCK = 2;
const ASK = 3;

/** Where answers come: `SRC/rpc`. One for each device, so that an answer is nobody else's. */
const sourceOf = (prefix: string): string => `mitoyen-${prefix.replaceAll('/', '-')}`;

function call({ address }: DeviceConfig, id: number, method: string, params: object): SiteMessage[] {
  const { prefix, index } = partsOf(address);
  const frame = { id: index * 10 + id, src: sourceOf(prefix), method, params: { id: index, ...params } };
  return [{ topic: `${prefix}/rpc`, payload: JSON.stringify(frame) }];
}

const isUnlockedOn = (device: DeviceConfig): boolean => choice(device, SETTINGS, 'unlockedWhen') === 'on';

export const shelly: Codec = {
  name: 'shelly',
  kinds: ['lock', 'contact', 'motion', 'relay', 'sensor'],

  check(device) {
    const { prefix, component } = partsOf(device.address);
    const wanted = device.kind === 'lock' || device.kind === 'relay' ? 'switch' : 'input';
    if (!isTopic(prefix) || component !== (device.kind === 'sensor' ? null : wanted)) {
      const example = device.kind === 'sensor' ? 'shellyhtg3-84fce63ad204' : `shellyplus1-441793ab3fb4/${wanted}:0`;
      return problem('address_wrong', { family: device.codec, address: device.address, example });
    }
    return checkSettings(device, SETTINGS);
  },

  topics(device) {
    const { prefix, component, index } = partsOf(device.address);
    const heard = [`${prefix}/events/rpc`, `${prefix}/online`];
    if (component === null) return heard;
    heard.push(`${prefix}/status/${component}:${index}`);
    if (component === 'switch') {
      heard.push(`${sourceOf(prefix)}/rpc`, `${prefix}/rpc`, `${prefix}/command/switch:${index}`);
    }
    return heard;
  },

  decode(device, { topic, text, isRetained }) {
    const { prefix, component, index } = partsOf(device.address);
    if (topic === `${prefix}/online`) return availability(text);
    if (topic === `${prefix}/rpc` || topic.startsWith(`${prefix}/command/`)) {
      return isRetained && text !== '' ? [{ type: 'retained_order', topic }] : [];
    }
    const said = parseObject(text);
    if (topic === `${sourceOf(prefix)}/rpc`) return answered(device, said);
    const key = `${component}:${index}`;
    if (topic.startsWith(`${prefix}/status/`)) return componentSays(device, said);
    if (said.method !== 'NotifyStatus' && said.method !== 'NotifyFullStatus') return [];
    const params = isObject(said.params) ? said.params : {};
    if (component === null) return sensed(params);
    return isObject(params[key]) ? componentSays(device, params[key]) : [];
  },

  lock: {
    unlock: (device, relockAfterMs) =>
      call(device, UNLOCK, 'Switch.Set', {
        on: isUnlockedOn(device),
        ...(relockAfterMs > 0 ? { toggle_after: relockAfterMs / 1000 } : {}),
      }),
    lock: (device) => call(device, LOCK, 'Switch.Set', { on: !isUnlockedOn(device) }),
    ask: (device) => call(device, ASK, 'Switch.GetStatus', {}),
    reports: () => ({ unlocked: true, locked: true }),
  },
  pins: null,
  identify: () => [],
  answer: () => [],

  discovery: {
    filters: ['+/online', '+/events/rpc', '+/+/events/rpc', '+/status/+'],
    see,
  },
};

function availability(text: string): DeviceReport[] {
  return text === 'true' || text === 'false' ? [{ type: 'availability', isOnline: text === 'true' }] : [];
}

function componentSays(device: DeviceConfig, said: JsonObject): DeviceReport[] {
  const value = device.kind === 'lock' || device.kind === 'relay' ? said.output : said.state;
  if (typeof value !== 'boolean') return [];
  switch (device.kind) {
    case 'lock':
      return [{ type: 'lock', state: value === isUnlockedOn(device) ? 'unlocked' : 'locked' }];
    case 'contact':
      return [{ type: 'contact', isClosed: value === (choice(device, SETTINGS, 'closedWhen') === 'on') }];
    default:
      return [{ type: 'reading', kind: device.kind === 'relay' ? 'relay' : 'motion', value: value ? 1 : 0 }];
  }
}

/** An error, as of a device that wants a password, is no state: the order then ends as unanswered. */
function answered(device: DeviceConfig, { id, result }: JsonObject): DeviceReport[] {
  if (device.kind !== 'lock' || !isObject(result) || !isNumber(id)) return [];
  if (Math.floor(id / 10) !== partsOf(device.address).index) return [];
  const request = id % 10;
  if (request === ASK) return componentSays(device, result);
  if (typeof result.was_on !== 'boolean') return [];
  return request === UNLOCK || request === LOCK
    ? [{ type: 'lock', state: request === UNLOCK ? 'unlocked' : 'locked' }]
    : [];
}

function sensed(params: JsonObject): DeviceReport[] {
  return Object.entries(params).flatMap(([key, said]): DeviceReport[] => {
    if (!isObject(said)) return [];
    const [component] = key.split(':');
    const battery = isObject(said.battery) ? said.battery.percent : undefined;
    if (component === 'temperature' && isNumber(said.tC)) return [reading('temperature', said.tC)];
    if (component === 'humidity' && isNumber(said.rh)) return [reading('humidity', said.rh)];
    if (component === 'illuminance' && isNumber(said.lux)) return [reading('illuminance', said.lux)];
    return component === 'devicepower' && isNumber(battery) ? [reading('battery', battery)] : [];
  });
}

const reading = (kind: 'temperature' | 'humidity' | 'illuminance' | 'battery', value: number): DeviceReport => ({
  type: 'reading',
  kind,
  value,
});

/**
 * Its id names its model: shellyplus1-441793ab3fb4. A prefix that was changed is known by the `src` of its notifications. What is
 * online and has said nothing of its parts yet is taken to have one relay where its model is called by a number of them.
 */
function see({ topic, text }: Heard): Sighting[] {
  const levels = topic.split('/');
  const isStatus = levels.at(-2) === 'status';
  const isOnline = levels.at(-1) === 'online';
  const prefix = levels.slice(0, isOnline ? -1 : -2).join('/');
  const said = parseObject(text);
  const id = typeof said.src === 'string' ? said.src : prefix;
  if (!/^shelly[a-z0-9]+-[0-9a-f]{12}$/.test(id)) return [];
  const about = { name: id, vendor: 'Shelly', model: id.slice(0, id.indexOf('-')) };
  if (isOnline) {
    if (text !== 'true' || !/^shelly(?:plus|pro)?\d/.test(id)) return [];
    return [{ ...about, address: `${prefix}/switch:0`, kinds: ['lock', 'relay'], reports: availability(text) }];
  }
  const params = isStatus ? { [levels.at(-1) as string]: said } : isObject(said.params) ? said.params : {};
  const parts = Object.entries(params).flatMap(([key, value]): Sighting[] => {
    if (!isObject(value)) return [];
    const address = `${prefix}/${key}`;
    if (/^input:\d\d?$/.test(key)) return [{ ...about, address, kinds: ['contact', 'motion'] }];
    if (!/^switch:\d\d?$/.test(key)) return [];
    const { output } = value;
    const reports = typeof output === 'boolean' ? [relay(output)] : [];
    return [{ ...about, address, kinds: ['lock', 'relay'], reports }];
  });
  const reports = sensed(params);
  return reports.length === 0 ? parts : [...parts, { ...about, address: prefix, kinds: ['sensor'], reports }];
}

const relay = (isOn: boolean): DeviceReport => ({ type: 'reading', kind: 'relay', value: isOn ? 1 : 0 });
