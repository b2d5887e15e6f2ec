import type { AccessDecision } from '@mitoyen/domain';
import { zigbee2mqtt } from '@mitoyen/firmware-bridge';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

const decode = (payload: string, { topic = 'zigbee2mqtt/door1', isRetained = false } = {}) =>
  zigbee2mqtt.decode('door1', topic, Buffer.from(payload), isRetained);

/** Payloads as Zigbee2MQTT's documentation shows them. */
describe('what devices say', () => {
  test.for([
    [
      'a lock',
      '{"state":"LOCK","lock_state":"locked","battery":65,"linkquality":28}',
      [
        { type: 'lock', state: 'locked' },
        { type: 'reading', kind: 'battery', value: 65 },
        { type: 'reading', kind: 'link_quality', value: 28 },
      ],
    ],
    [
      'a lock half-way',
      '{"state":"LOCK","lock_state":"not_fully_locked"}',
      [{ type: 'lock', state: 'not_fully_locked' }],
    ],
    ['a lock without lock_state', '{"state":"UNLOCK"}', [{ type: 'lock', state: 'unlocked' }]],
    ['a contact, closed', '{"contact":true}', [{ type: 'contact', isClosed: true }]],
    ['a contact, open', '{"contact":false}', [{ type: 'contact', isClosed: false }]],
    ['a motion sensor', '{"occupancy":true}', [{ type: 'reading', kind: 'motion', value: 1 }]],
    ['a people counter', '{"people":4}', [{ type: 'reading', kind: 'people', value: 4 }]],
    [
      'a keypad with a PIN',
      '{"action":"disarm","action_code":"482913","action_transaction":99,"action_zone":23}',
      [{ type: 'presentation', kind: 'pin', value: '482913', transaction: 99 }],
    ],
    [
      'a keypad with a tag',
      '{"action":"disarm","action_code":"+04a1b2c3","action_transaction":7}',
      [{ type: 'presentation', kind: 'badge', value: '04A1B2C3', transaction: 7 }],
    ],
    [
      'a keypad with a code that is neither: it is a wrong PIN',
      '{"action":"disarm","action_code":"12","action_transaction":8}',
      [{ type: 'presentation', kind: 'pin', value: '12', transaction: 8 }],
    ],
    ['a keypad without a code', '{"action":"emergency"}', []],
    ['a lock that was opened by hand', '{"action":"unlock","action_user":3,"action_source_name":"keypad"}', []],
    ['nothing', '', []],
    ['something else', '[1,2]', []],
    ['wrong types', '{"contact":"true","occupancy":1,"people":"4","battery":null,"lock_state":7}', []],
  ] as const)('%s', ([, payload, reports]) => {
    expect(decode(payload)).toEqual(reports);
  });

  test.for([
    ['{"state":"online"}', [{ type: 'availability', isOnline: true }]],
    ['offline', [{ type: 'availability', isOnline: false }]],
    ['{"state":"perhaps"}', []],
  ] as const)('availability %s', ([payload, reports]) => {
    expect(decode(payload, { topic: 'zigbee2mqtt/door1/availability' })).toEqual(reports);
  });

  test('an order is reported when the broker retained it, otherwise it is our own', () => {
    const topic = 'zigbee2mqtt/door1/set';
    expect(decode('{"state":"UNLOCK"}', { topic, isRetained: true })).toEqual([{ type: 'retained_order', topic }]);
    expect(decode('{"state":"UNLOCK"}', { topic })).toEqual([]);
    expect(decode('', { topic, isRetained: true })).toEqual([]);
  });

  test('a retained presentation is in the past; a retained state is the state', () => {
    const payload = '{"action":"disarm","action_code":"482913","contact":true}';
    expect(decode(payload, { isRetained: true })).toEqual([{ type: 'contact', isClosed: true }]);
  });

  test('no payload makes it throw', () => {
    const anything = fc.oneof(
      fc.json(),
      fc.string(),
      fc.json().map((value) => `{"action":"disarm","action_code":${value}}`),
    );
    fc.assert(
      fc.property(
        anything,
        fc.constantFrom('', '/set', '/availability', '/else'),
        fc.boolean(),
        (payload, end, isRetained) => {
          expect(Array.isArray(decode(payload, { topic: `zigbee2mqtt/door1${end}`, isRetained }))).toBe(true);
        },
      ),
    );
  });
});

describe('what devices are told', () => {
  test('locks', () => {
    expect(zigbee2mqtt.unlock('door1')).toEqual({ topic: 'zigbee2mqtt/door1/set', payload: '{"state":"UNLOCK"}' });
    expect(zigbee2mqtt.lock('door1')).toEqual({ topic: 'zigbee2mqtt/door1/set', payload: '{"state":"LOCK"}' });
    expect(zigbee2mqtt.readLock('door1')).toEqual({ topic: 'zigbee2mqtt/door1/get', payload: '{"state":""}' });
  });

  test('a keypad that gave no transaction cannot be answered', () => {
    const decision: AccessDecision = { granted: true, reason: 'booking', grantId: 'g' };
    const presentation = { type: 'presentation', kind: 'pin', value: '482913', transaction: null } as const;
    expect(zigbee2mqtt.answer('door1', presentation, decision)).toEqual([]);
  });
});
