import { createSecretKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Grant } from '@mitoyen/domain';
import {
  applyDelta,
  BRIDGE_KINDS,
  CommandStateSchema,
  credentialMatch,
  DenialReasonSchema,
  encodeMessage,
  GrantReasonSchema,
  type GrantsDelta,
  generateSigningKey,
  MAX_MESSAGE_BYTES,
  MESSAGE_SCHEMAS,
  type MessageKind,
  normaliseBadge,
  normalisePin,
  openPin,
  PROTOCOL_VERSION,
  parseBody,
  parseEnvelope,
  parseMessage,
  parseTopic,
  privateKeyFromText,
  privateKeyText,
  publicKeyFromText,
  publicKeyText,
  SERVER_KINDS,
  SnapshotAssembler,
  sealPin,
  sign,
  splitSnapshot,
  topics,
  trustedKeys,
  verify,
} from '@mitoyen/protocol';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { NETWORK, SITE, SiteFixture } from '../support/bridge-site.ts';
import { soak } from '../support/soak.ts';

const fixture = new SiteFixture();
const key = fixture.serverKey;
const keys = trustedKeys([{ kid: key.kid, publicKey: key.publicKey }]);
const site = { networkId: NETWORK, siteId: SITE };
const KINDS = Object.keys(MESSAGE_SCHEMAS) as MessageKind[];

describe('envelopes', () => {
  test('any text signed is the text verified', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', minLength: 2 }).filter((text) => text.isWellFormed()),
        (body) => {
          const envelope = parseEnvelope(JSON.stringify(sign(body, key)));
          expect(envelope.ok && verify(envelope.value, keys)).toEqual({ ok: true, value: body });
        },
      ),
    );
  });

  test('any change of body or signature is refused', () => {
    const envelope = sign('{"v":1,"doorId":"a"}', key);
    fc.assert(
      fc.property(fc.constantFrom('body', 'sig'), fc.nat(), fc.integer({ min: 33, max: 126 }), (field, at, code) => {
        const text = envelope[field as 'body' | 'sig'];
        const index = at % text.length;
        const changed = text.slice(0, index) + String.fromCharCode(code) + text.slice(index + 1);
        // The last sign of base64url carries two bits that belong to no byte.
        fc.pre(changed !== text && !(field === 'sig' && index === text.length - 1));
        expect(verify({ ...envelope, [field]: changed }, keys)).toMatchObject({ ok: false, reason: 'bad_signature' });
      }),
    );
  });

  test('a key is known by its name, and by its bytes', () => {
    const envelope = sign('{}', generateSigningKey(key.kid));
    expect(verify(envelope, keys)).toMatchObject({ reason: 'bad_signature' });
    expect(verify(sign('{}', generateSigningKey('other')), keys)).toMatchObject({ reason: 'unknown_key' });
  });

  test('256 kB is a message, one byte more is none', () => {
    const room = MAX_MESSAGE_BYTES - JSON.stringify(sign('""', key)).length + '\\"\\"'.length;
    const fits = JSON.stringify(sign('a'.repeat(room), key));
    expect(Buffer.byteLength(fits)).toBe(MAX_MESSAGE_BYTES);
    expect(parseEnvelope(fits).ok).toBe(true);
    expect(parseEnvelope(`${fits} `)).toMatchObject({ reason: 'too_large' });
  });

  test('of another version are refused before anything else is read', () => {
    expect(parseEnvelope('{"v":2}')).toMatchObject({ reason: 'unknown_version' });
    expect(parseEnvelope('{"v":"1"}')).toMatchObject({ reason: 'malformed' });
    const body = JSON.stringify(sign('{"v":2}', key));
    expect(parseMessage('commands', body, keys, site)).toMatchObject({ reason: 'unknown_version' });
  });
});

describe('a code for a lock’s own keypad', () => {
  const purpose = { commandId: 'c', deviceId: 'd', slot: 3 };
  const nonce = Buffer.alloc(12, 7);
  const sealed = sealPin(fixture.siteKey, purpose, '482913', nonce);

  test('is read by the site that it was sealed for', () => {
    expect(openPin(fixture.siteKey, purpose, sealed)).toBe('482913');
    expect(openPin(createSecretKey(fixture.siteKey), purpose, sealed)).toBe('482913');
    expect(Buffer.from(sealed, 'base64url').toString('latin1')).not.toContain('482913');
  });

  test.for([
    ['another command', { ...purpose, commandId: 'x' }],
    ['another device', { ...purpose, deviceId: 'x' }],
    ['another slot', { ...purpose, slot: 4 }],
  ] as const)('is nothing for %s', ([, other]) => {
    expect(openPin(fixture.siteKey, other, sealed)).toBeNull();
  });

  test('is nothing with another key, changed, cut, or where it is no PIN', () => {
    expect(openPin(new SiteFixture().siteKey, purpose, sealed)).toBeNull();
    const bytes = Buffer.from(sealed, 'base64url');
    for (let at = 0; at < bytes.length; at++) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(openPin(fixture.siteKey, purpose, changed.toString('base64url'))).toBeNull();
      expect(openPin(fixture.siteKey, purpose, bytes.subarray(0, at).toString('base64url'))).toBeNull();
    }
    expect(openPin(fixture.siteKey, purpose, sealPin(fixture.siteKey, purpose, '*#06#', nonce))).toBeNull();
  });
});

describe('words that grow', () => {
  const config = fixture.config();
  const parse = (devices: object[]) => parseBody('config', JSON.stringify({ ...config, devices }));

  test('a make and a kind of tomorrow refuse nothing', () => {
    expect(parse([{ ...config.devices[0], codec: 'matter_2', kind: 'siren' }]).ok).toBe(true);
  });
  test('but have the form of a word', () => {
    for (const codec of ['', 'Zigbee', '2b', 'a b', 'a'.repeat(41), 7]) {
      expect(parse([{ ...config.devices[0], codec }])).toMatchObject({ ok: false, reason: 'malformed' });
    }
  });
});

describe('keys', () => {
  test('are written and read again', () => {
    expect(publicKeyText(publicKeyFromText(key.publicKey))).toBe(key.publicKey);
    expect(publicKeyText(privateKeyFromText(privateKeyText(key.privateKey)))).toBe(key.publicKey);
    expect(Buffer.from(key.publicKey, 'base64url')).toHaveLength(32);
  });

  test('of another size or kind are a fault', () => {
    expect(() => publicKeyFromText('AAAA')).toThrow('32 bytes');
    expect(() => privateKeyFromText('AAAA')).toThrow();
  });
});

describe('hostile input', () => {
  test('never throws, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.constantFrom(...KINDS), fc.uint8Array({ maxLength: 400 }), (kind, bytes) => {
        expect(parseMessage(kind, bytes, keys, site).ok).toBe(false);
      }),
      { numRuns: soak(2_000, 100_000) },
    );
  });

  test('never throws on JSON that is correctly signed, and takes only what fits', () => {
    fc.assert(
      fc.property(fc.constantFrom(...KINDS), fc.json(), (kind, body) => {
        expect(parseMessage(kind, JSON.stringify(sign(body, key)), keys, site).ok).toBe(false);
      }),
      { numRuns: soak(2_000, 100_000) },
    );
  });

  test('a good message with one field broken is malformed', () => {
    const good = splitSnapshot(fixture.snapshot([fixture.grant({ pin: '482913' })]))[0];
    fc.assert(
      fc.property(
        fc.constantFrom('epoch', 'sequence', 'issuedAt', 'validUntil', 'part', 'parts', 'doors', 'grants', 'siteId'),
        fc.oneof(fc.constant(null), fc.constant(-1.5), fc.constant({}), fc.constant(true)),
        (field, value) => {
          const body = JSON.stringify({ ...good, [field]: value });
          expect(parseBody('grants/snapshot', body)).toMatchObject({ ok: false, reason: 'malformed' });
        },
      ),
    );
  });

  test('a prototype in the body stays in the body', () => {
    const parsed = parseBody(
      'time',
      `{"v":1,"networkId":"n","siteId":"s","serverTime":1,"nonce":"x","__proto__":{"hacked":1}}`,
    );
    expect(parsed.ok).toBe(true);
    expect(({} as Record<string, unknown>).hacked).toBeUndefined();
  });

  test('unknown fields of a newer sender are ignored', () => {
    const body = `{"v":1,"networkId":"n","siteId":"s","serverTime":1,"nonce":"x","leapSmear":true}`;
    expect(parseBody('time', body).ok).toBe(true);
  });
});

describe('topics', () => {
  test('every kind leads back to itself', () => {
    for (const kind of [...BRIDGE_KINDS, ...SERVER_KINDS]) {
      expect(parseTopic(`${topics(NETWORK, SITE).prefix}${kind}`)).toEqual({ networkId: NETWORK, siteId: SITE, kind });
    }
    expect(parseTopic(topics(NETWORK, SITE).grantsSnapshotPart(63))).toMatchObject({ kind: 'grants/snapshot' });
  });

  test.for([
    'mitoyen/2/n/s/status',
    'mitoyen/1/n/s/nothing',
    'mitoyen/1/n//status',
    'mitoyen/1/n/s/grants/snapshot/0',
    'mitoyen/1/n/s/grants/snapshot/64',
    'mitoyen/1/n/s/grants/snapshot/-1',
    'mitoyen/1/n/s/grants/snapshot/1/2',
    'mitoyen/1',
    '',
  ])('%s is none of ours', (topic) => {
    expect(parseTopic(topic)).toBeNull();
  });
});

describe('credentials', () => {
  test.for([
    ['04:a1:b2:c3', '04A1B2C3'],
    ['04-A1-B2-C3-D4-E5-F6', '04A1B2C3D4E5F6'],
    ['+04a1b2c3', '04A1B2C3'],
    ['0x04A1B2C3', '04A1B2C3'],
    [' 04 A1 B2 C3 ', '04A1B2C3'],
    ['04A1B2C', null],
    ['04A1B2', null],
    ['04A1B2C3D4E5F6A7B8C9', '04A1B2C3D4E5F6A7B8C9'],
    ['04A1B2C3D4E5F6A7B8C9DA', null],
    ['04A1B2CG', null],
    ['', null],
  ] as const)('badge %s', ([text, uid]) => {
    expect(normaliseBadge(text)).toBe(uid);
  });

  test.for([
    ['4829', '4829'],
    [' 482913 ', '482913'],
    ['4829137', '4829137'],
    ['482', null],
    ['48291378', null],
    ['48a9', null],
    ['١٢٣٤', null],
  ] as const)('PIN %s', ([text, pin]) => {
    expect(normalisePin(text)).toBe(pin);
  });

  test('no code is both a PIN and a badge', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[0-9]{1,24}$/), (code) => {
        expect(normaliseBadge(code) !== null && normalisePin(code) !== null).toBe(false);
      }),
    );
  });

  test('a match depends on site, kind and value', () => {
    const one = credentialMatch(Buffer.alloc(32, 1), 'pin', '482913');
    expect(one).toHaveLength(43);
    expect(credentialMatch(Buffer.alloc(32, 1), 'pin', '482913')).toBe(one);
    expect(credentialMatch(Buffer.alloc(32, 2), 'pin', '482913')).not.toBe(one);
    expect(credentialMatch(Buffer.alloc(32, 1), 'badge', '482913')).not.toBe(one);
    expect(credentialMatch(Buffer.alloc(32, 1), 'pin', '482914')).not.toBe(one);
  });
});

describe('snapshots in parts', () => {
  const grants = Array.from({ length: 300 }, (_, i) =>
    fixture.grant({ pin: String(1_000 + i) }, { holderRef: `"é${i}` }),
  );
  const set = fixture.snapshot(grants);

  test('come together from any order, with repeats', () => {
    const parts = splitSnapshot(set, 10_000);
    fc.assert(
      fc.property(
        fc.shuffledSubarray(parts, { minLength: parts.length }),
        fc.nat({ max: parts.length - 1 }),
        (order, twice) => {
          const assembler = new SnapshotAssembler();
          const last = order.at(-1);
          const results = [...order.slice(0, -1), ...(order[twice] === last ? [] : [order[twice]]), last].map((part) =>
            assembler.add(part as (typeof parts)[number]),
          );
          expect(results.at(-1)).toEqual(set);
          expect(results.slice(0, -1).every((result) => result === null)).toBe(true);
        },
      ),
      { numRuns: 30 },
    );
  });

  test('each fit a message, with 10,000 grants', () => {
    const many = Array.from({ length: 10_000 }, (_, i) => fixture.grant({ pin: String(i).padStart(6, '0') }));
    const parts = splitSnapshot(fixture.snapshot(many));
    for (const part of parts)
      expect(parseMessage('grants/snapshot', encodeMessage('grants/snapshot', part, key), keys, site).ok).toBe(true);
    const assembler = new SnapshotAssembler();
    expect(parts.map((part) => assembler.add(part)).at(-1)?.grants).toHaveLength(10_000);
  });

  test('an empty one is one part', () => {
    const [part, ...rest] = splitSnapshot(fixture.snapshot([], { doors: [] }));
    expect(rest).toEqual([]);
    expect(part).toMatchObject({ part: 0, parts: 1, grants: [], doors: [] });
  });

  test('a newer one drops the parts of the older, and late parts of that are ignored', () => {
    const older = splitSnapshot(set, 20_000);
    const newer = splitSnapshot({ ...set, sequence: 2, grants: grants.slice(0, 1) });
    const assembler = new SnapshotAssembler();
    for (const part of older.slice(0, -1)) assembler.add(part);
    expect(assembler.missing).toBe(1);
    expect(newer.map((part) => assembler.add(part)).at(-1)?.sequence).toBe(2);
    expect(assembler.add(older.at(-1) as (typeof older)[number])).toBeNull();
  });

  test('over 64 parts is a fault of the sender', () => {
    expect(() => splitSnapshot(set, 500)).toThrow('parts');
  });
});

describe('deltas', () => {
  const set = fixture.snapshot([fixture.grant({ pin: '1111' }), fixture.grant({ pin: '2222' })]);
  const delta = (change: Partial<GrantsDelta>): GrantsDelta => ({
    v: PROTOCOL_VERSION,
    ...site,
    epoch: 1,
    baseSequence: 1,
    sequence: 2,
    issuedAt: 5,
    validUntil: 6,
    revokedGrantIds: [],
    grants: [],
    ...change,
  });
  const ids = (grants: readonly Grant[] | undefined) => grants?.map(({ id }) => id);

  test('revoke, add, and replace by id', () => {
    const again = fixture.grant({ pin: '2222' }, { isStaff: true });
    const added = fixture.grant({ pin: '3333' });
    const result = applyDelta(set, delta({ revokedGrantIds: ['grant-1111'], grants: [again, added] }));
    expect(result).toMatchObject({
      ok: true,
      value: { sequence: 2, issuedAt: 5, validUntil: 6, grants: [again, added] },
    });
    expect(ids(set.grants)).toEqual(['grant-1111', 'grant-2222']);
  });

  test.for([
    ['the same again', { baseSequence: 0, sequence: 1 }, 'stale'],
    ['of an epoch before', { epoch: 0, sequence: 9 }, 'stale'],
    ['after a gap', { baseSequence: 2, sequence: 3 }, 'gap'],
    ['of the next epoch', { epoch: 2 }, 'gap'],
  ] as const)('%s', ([, change, reason]) => {
    expect(applyDelta(set, delta(change))).toEqual({ ok: false, reason });
  });
});

test('every code of a decision, and every state of a command, is explained to people', () => {
  const page = readFileSync(new URL('../../docs/access-reasons.md', import.meta.url), 'utf8');
  const codes = [...DenialReasonSchema.enum, ...GrantReasonSchema.enum, ...CommandStateSchema.enum];
  expect(codes.filter((code) => !page.includes(`| \`${code}\``))).toEqual([]);
});
