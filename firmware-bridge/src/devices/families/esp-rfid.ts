import { type DeviceConfig, normaliseBadge } from '@mitoyen/protocol';
import { type Codec, type DeviceReport, type Heard, type Presentation, problem, type Sighting } from '../codec.ts';
import { isTopic, isTopicLevel, type JsonObject, parseObject, presentationOf, textOf } from '../payload.ts';
import { checkSettings, choice } from '../settings.ts';

/*
 * esp-rfid (github.com/esprfid/esp-rfid: README-MQTT.md, src/mqtt.esp), in its own dialect, not the one for Home Assistant. All readers
 * of a site share one topic and say who they are in `hostname` (older: `door`). The address is TOPIC/HOSTNAME: /rfid/entree.
 *
 * | topic      | payload                                                                                    | report                    |
 * | ---------- | ------------------------------------------------------------------------------------------ | ------------------------- |
 * | TOPIC/send | {"type":"access","isKnown":"false","access":"Denied","uid":"a1b2c3d4","hostname":"entree"} | presentation              |
 * | TOPIC/send | {"type":"access","isKnown":"true","access":"Always","username":"MQTT","uid":" ",…}         | unlocked: our own order   |
 * | TOPIC/send | {"type":"access","isKnown":"true","access":"Always","username":"A","uid":"…",…}            | operated: its own list    |
 * | TOPIC/send | {"type":"INFO","src":"door","desc":"Door Open",…}                                          | contact                   |
 * | TOPIC/send | {"type":"boot","ip":"192.168.1.9",…}, {"type":"heartbeat",…}                               | availability              |
 *
 * | to say | topic     | payload                                      |
 * | ------ | --------- | -------------------------------------------- |
 * | unlock | TOPIC/cmd | {"cmd":"opendoor","doorip":"192.168.1.9"}    |
 *
 * The reader locks by itself after its own time, and says nothing of it.
 */

const SETTINGS = { uid: ['hex', 'wiegand'] } as const;
const IP = /^(?:\d{1,3}\.){3}\d{1,3}$/;

function partsOf(address: string): { base: string; hostname: string } {
  const cut = address.lastIndexOf('/');
  return { base: address.slice(0, Math.max(0, cut)), hostname: address.slice(cut + 1) };
}

export const espRfid: Codec = {
  name: 'esp_rfid',
  kinds: ['reader', 'lock', 'contact'],

  check(device) {
    const { base, hostname } = partsOf(device.address);
    if (!isTopic(base) || !isTopicLevel(hostname)) {
      return problem('address_wrong', { family: device.codec, address: device.address, example: '/rfid/entree' });
    }
    // Commands name the reader by its address on the network.
    const wrong = checkSettings(device, SETTINGS, { ip: device.kind === 'lock' });
    if (wrong !== null) return wrong;
    const { ip } = device.config ?? {};
    if (typeof ip !== 'string' || IP.test(ip)) return null;
    return problem('setting_wrong', { field: 'ip', value: ip, allowed: '192.168.1.9' });
  },

  topics: ({ address }) => [`${partsOf(address).base}/send`, `${partsOf(address).base}/cmd`],

  decode(device, { topic, text, isRetained }) {
    const { base, hostname } = partsOf(device.address);
    const said = parseObject(text);
    if (topic === `${base}/cmd`) {
      const isOurs = isRetained && said.doorip !== undefined && said.doorip === device.config?.ip;
      return isOurs ? [{ type: 'retained_order', topic }] : [];
    }
    if (hostnameOf(said) !== hostname || isRetained) return [];
    return spoken(device, said);
  },

  lock: {
    unlock: ({ address, config }) => [
      { topic: `${partsOf(address).base}/cmd`, payload: JSON.stringify({ cmd: 'opendoor', doorip: config?.ip }) },
    ],
    lock: () => [],
    ask: () => [],
    reports: () => ({ unlocked: true, locked: false }),
  },
  pins: null,
  identify: () => [],
  answer: () => [],

  discovery: { filters: ['+/send', '+/+/send'], see },
};

const hostnameOf = ({ hostname, door }: JsonObject): unknown => hostname ?? door;

function spoken(device: DeviceConfig, said: JsonObject): DeviceReport[] {
  switch (said.type) {
    case 'boot':
    case 'heartbeat':
      return [{ type: 'availability', isOnline: true }];
    case 'access':
      return access(device, said);
    case 'INFO':
      if (said.src !== 'door' || (said.desc !== 'Door Open' && said.desc !== 'Door Closed')) return [];
      return [{ type: 'contact', isClosed: said.desc === 'Door Closed' }];
    default:
      return [];
  }
}

function access(device: DeviceConfig, { isKnown, access, username, uid }: JsonObject): DeviceReport[] {
  const hasOpened = String(isKnown) === 'true' && (access === 'Always' || access === 'Admin');
  if (hasOpened && username === 'MQTT') return [{ type: 'lock', state: 'unlocked' }];
  if (hasOpened) return [{ type: 'operated', what: 'unlocked', source: 'rfid', slot: null }];
  if (device.kind !== 'reader' || typeof uid !== 'string' || uid.trim() === '') return [];
  return [presented(device, uid.trim())];
}

/** Wiegand readers give the number in decimal: of 34 bits, the four bytes of a UID; what is shorter was typed. */
function presented(device: DeviceConfig, uid: string): Presentation {
  const isNumber = choice(device, SETTINGS, 'uid') === 'wiegand' && /^\d{8,10}$/.test(uid);
  const badge = isNumber ? normaliseBadge(Number(uid).toString(16).padStart(8, '0')) : null;
  return badge === null
    ? presentationOf(uid)
    : { type: 'presentation', kind: 'badge', value: badge, transaction: null };
}

function see({ topic, text, isRetained }: Heard): Sighting[] {
  const said = parseObject(text);
  const hostname = textOf(hostnameOf(said), 64);
  if (isRetained || hostname === undefined || !isTopicLevel(hostname)) return [];
  if (!['boot', 'heartbeat', 'access', 'INFO', 'WARN'].includes(String(said.type))) return [];
  const ip = textOf(said.ip, 15);
  return [
    {
      address: `${topic.slice(0, -'/send'.length)}/${hostname}`,
      name: hostname,
      vendor: 'esp-rfid',
      kinds: ['reader', 'lock', 'contact'],
      ...(ip === undefined || !IP.test(ip) ? {} : { config: { ip } }),
      reports: said.type === 'access' ? [] : spoken({ kind: 'contact' } as DeviceConfig, said),
    },
  ];
}
