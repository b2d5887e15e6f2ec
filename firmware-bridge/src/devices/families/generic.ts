import {
  type ConfigProblem,
  type DeviceConfig,
  type DeviceKind,
  READING_KINDS,
  type ReadingKind,
} from '@mitoyen/protocol';
import Type, { type Static } from 'typebox';
import { Compile, type Validator } from 'typebox/compile';
import { type Codec, type DeviceReport, type Heard, type LockDialect, problem } from '../codec.ts';
import { type JsonPath, parsePath, valueAt } from '../json-path.ts';
import { isTopic, numberOf, parseJson, presentationOf } from '../payload.ts';

/*
 * Hardware that no other file here knows, described by its settings: for each thing that it says, the topic, the path to the value in the
 * JSON (none: the whole payload as text), and what the values mean.
 *
 *   { "availability": { "topic": "porte/lwt", "values": { "up": "online", "down": "offline" } },
 *     "lock": { "topic": "porte/ordre", "unlock": "{\"ouvre\":{seconds}}", "stay": "{\"ouvre\":true}", "lock": "{\"ferme\":true}",
 *               "state": { "topic": "porte/etat", "path": "pene.position", "values": { "rentré": "unlocked", "sorti": "locked" } } },
 *     "contact": { "topic": "porte/etat", "path": "battant", "values": { "0": "open", "1": "closed" } },
 *     "reader": { "topic": "porte/lecteur", "path": "carte.uid", "answer": { "topic": "porte/voyant", "granted": "vert", "refused": "rouge" } },
 *     "readings": [ { "kind": "co2", "topic": "porte/air", "path": "capteurs[0].ppm" } ],
 *     "identify": { "topic": "porte/ordre", "payload": "{\"bip\":1}" } }
 *
 * `{seconds}` and `{milliseconds}` in `unlock` are how long it is to stay open: such a lock locks by itself, and then needs `stay` to be
 * held open.
 */

/** A contact has settings of its own. */
type Measured = Exclude<ReadingKind, 'contact'>;

const Topic = Type.String({ minLength: 1, maxLength: 300 });
const Payload = Type.String({ maxLength: 2_000 });
const closed = { additionalProperties: false };
const source = { topic: Topic, path: Type.Optional(Type.String({ maxLength: 300 })) };
const words = <const W extends readonly string[]>(...list: W) =>
  Type.Record(Type.String(), Type.Unsafe<W[number]>(Type.Enum([...list])));

const SettingsSchema = Type.Object(
  {
    availability: Type.Optional(Type.Object({ ...source, values: words('online', 'offline') }, closed)),
    lock: Type.Optional(
      Type.Object(
        {
          topic: Topic,
          unlock: Payload,
          stay: Type.Optional(Payload),
          lock: Type.Optional(Payload),
          ask: Type.Optional(Payload),
          state: Type.Optional(
            Type.Object({ ...source, values: words('locked', 'unlocked', 'not_fully_locked', 'jammed') }, closed),
          ),
        },
        closed,
      ),
    ),
    contact: Type.Optional(Type.Object({ ...source, values: words('open', 'closed') }, closed)),
    reader: Type.Optional(
      Type.Object(
        {
          ...source,
          kind: Type.Optional(Type.Enum(['badge', 'pin'])),
          answer: Type.Optional(Type.Object({ topic: Topic, granted: Payload, refused: Payload }, closed)),
        },
        closed,
      ),
    ),
    readings: Type.Optional(
      Type.Array(
        Type.Object(
          {
            ...source,
            kind: Type.Unsafe<Measured>(Type.Enum(READING_KINDS.filter((kind) => kind !== 'contact'))),
            values: Type.Optional(Type.Record(Type.String(), Type.Number())),
            factor: Type.Optional(Type.Number()),
            offset: Type.Optional(Type.Number()),
          },
          closed,
        ),
        { maxItems: 20 },
      ),
    ),
    identify: Type.Optional(Type.Object({ topic: Topic, payload: Payload }, closed)),
  },
  closed,
);
export type GenericSettings = Static<typeof SettingsSchema>;

let validator: Validator | undefined;

/** What a device must be told to say, to serve as this. */
const NEEDED: Readonly<Record<DeviceKind, (settings: GenericSettings) => boolean>> = {
  reader: ({ reader }) => reader !== undefined,
  lock: ({ lock }) => lock !== undefined,
  contact: ({ contact }) => contact !== undefined,
  motion: (settings) => measures(settings, 'motion'),
  people_counter: (settings) => measures(settings, 'people'),
  relay: (settings) => measures(settings, 'relay'),
  sensor: ({ readings = [] }) => readings.length > 0,
};

const measures = ({ readings = [] }: GenericSettings, kind: string): boolean =>
  readings.some((reading) => reading.kind === kind);

/** One thing that a device says. */
interface Listener {
  readonly topic: string;
  readonly path: JsonPath | null;
  report(value: unknown, isRetained: boolean): DeviceReport[];
}

interface Ready {
  readonly settings: GenericSettings;
  readonly listeners: readonly Listener[];
}

const NOTHING: Ready = { settings: {}, listeners: [] };
const ready = new WeakMap<DeviceConfig, Ready>();

/** The settings of a device, made ready once; nothing where they are wrong. */
function readyOf(device: DeviceConfig): Ready {
  let known = ready.get(device);
  if (known === undefined) {
    const settings = (device.config ?? {}) as GenericSettings;
    known = checkGeneric(device) === null ? { settings, listeners: listenersOf(settings) } : NOTHING;
    ready.set(device, known);
  }
  return known;
}

/** What is wrong with generic settings, the first thing only. */
export function checkGeneric({ kind, config = {} }: Pick<DeviceConfig, 'kind' | 'config'>): ConfigProblem | null {
  validator ??= Compile(SettingsSchema) as Validator;
  if (!validator.Check(config)) return shapeProblem(validator, config);
  const settings = config as GenericSettings;
  for (const [field, { topic, path }] of sourcesOf(settings)) {
    if (!isTopic(topic)) return problem('topic_wrong', { field: `${field}.topic`, value: topic });
    if (path !== undefined && parsePath(path) === null) {
      return problem('path_wrong', { field: `${field}.path`, value: path });
    }
  }
  const isEnough = NEEDED[kind as DeviceKind]?.(settings) ?? false;
  if (isEnough) return null;
  const missing = kind === 'lock' || kind === 'contact' || kind === 'reader' ? kind : 'readings';
  return problem('setting_missing', { field: missing });
}

function shapeProblem(check: Validator, config: unknown): ConfigProblem {
  const errors = check.Errors(config) as { keyword: string; instancePath: string; params: Record<string, unknown> }[];
  const error = errors.find(({ keyword }) => keyword !== 'boolean') ?? errors[0];
  const at = (error?.instancePath ?? '').slice(1).replaceAll('/', '.');
  const below = (name: unknown) => ({ field: at === '' ? String(name) : `${at}.${name}` });
  const list = (value: unknown) => (Array.isArray(value) ? value.join(', ') : '');
  switch (error?.keyword) {
    case 'required':
      return problem('setting_missing', below((error.params.requiredProperties as string[])[0]));
    case 'additionalProperties':
      return problem('setting_unknown', below((error.params.additionalProperties as string[])[0]));
    case 'enum':
      return problem('setting_wrong', { field: at, allowed: list(error.params.allowedValues) });
    default:
      return problem('setting_wrong', { field: at });
  }
}

/** Everything in the settings that names a topic, and where it stands. */
function sourcesOf(settings: GenericSettings): [string, { topic: string; path?: string }][] {
  const { availability, lock, contact, reader, readings = [], identify } = settings;
  return [
    ['availability', availability],
    ['lock', lock],
    ['lock.state', lock?.state],
    ['contact', contact],
    ['reader', reader],
    ['reader.answer', reader?.answer],
    ...readings.map((reading, index) => [`readings.${index}`, reading]),
    ['identify', identify],
  ].filter((entry): entry is [string, { topic: string; path?: string }] => entry[1] !== undefined);
}

function listenersOf(settings: GenericSettings): Listener[] {
  const { availability, lock, contact, reader, readings = [] } = settings;
  const listen = (
    from: { topic: string; path?: string } | undefined,
    report: Listener['report'],
  ): Listener | undefined =>
    from && { topic: from.topic, path: from.path === undefined ? null : parsePath(from.path), report };
  return [
    listen(availability, (value) => {
      const word = meaning(availability?.values, value);
      return word === undefined ? [] : [{ type: 'availability', isOnline: word === 'online' }];
    }),
    listen(lock?.state, (value) => {
      const state = meaning(lock?.state?.values, value);
      return state === undefined ? [] : [{ type: 'lock', state }];
    }),
    listen(contact, (value) => {
      const word = meaning(contact?.values, value);
      return word === undefined ? [] : [{ type: 'contact', isClosed: word === 'closed' }];
    }),
    listen(reader, (value, isRetained) => {
      const code = typeof value === 'number' ? String(value) : value;
      if (isRetained || typeof code !== 'string' || code.trim() === '') return [];
      const presentation = presentationOf(code.trim());
      return reader?.kind === undefined || reader.kind === presentation.kind ? [presentation] : [];
    }),
    ...readings.map((reading) =>
      listen(reading, (value) => {
        const number = reading.values === undefined ? numberOf(value) : meaning(reading.values, value);
        if (number === undefined) return [];
        const measured = number * (reading.factor ?? 1) + (reading.offset ?? 0);
        return Number.isFinite(measured) ? [{ type: 'reading', kind: reading.kind, value: measured }] : [];
      }),
    ),
  ].filter((listener) => listener !== undefined);
}

/** What a value means: as written, then whatever its case. `true` and `1` are written as text in the settings. */
function meaning<T>(values: Readonly<Record<string, T>> | undefined, value: unknown): T | undefined {
  if (values === undefined || value === null || typeof value === 'object' || value === undefined) return undefined;
  const text = String(value);
  if (Object.hasOwn(values, text)) return values[text];
  const folded = text.trim().toLowerCase();
  return Object.entries(values).find(([word]) => word.toLowerCase() === folded)?.[1];
}

const hasTime = (payload: string): boolean => /\{(?:milli)?seconds\}/.test(payload);

const lock: LockDialect = {
  unlock(device, relockAfterMs) {
    const { lock } = readyOf(device).settings;
    if (lock === undefined) return [];
    if (relockAfterMs <= 0 && lock.stay !== undefined) return [{ topic: lock.topic, payload: lock.stay }];
    if (!hasTime(lock.unlock)) return [{ topic: lock.topic, payload: lock.unlock }];
    if (relockAfterMs <= 0) return [];
    const payload = lock.unlock
      .replaceAll('{seconds}', String(relockAfterMs / 1000))
      .replaceAll('{milliseconds}', String(relockAfterMs));
    return [{ topic: lock.topic, payload }];
  },
  lock(device) {
    const { lock } = readyOf(device).settings;
    return lock?.lock === undefined ? [] : [{ topic: lock.topic, payload: lock.lock }];
  },
  ask(device) {
    const { lock } = readyOf(device).settings;
    return lock?.ask === undefined ? [] : [{ topic: lock.topic, payload: lock.ask }];
  },
  reports(device) {
    const states = Object.values(readyOf(device).settings.lock?.state?.values ?? {});
    return { unlocked: states.includes('unlocked'), locked: states.includes('locked') };
  },
};

export const generic: Codec = {
  name: 'generic',
  kinds: ['reader', 'lock', 'contact', 'motion', 'people_counter', 'relay', 'sensor'],
  check: checkGeneric,

  topics(device) {
    const { settings, listeners } = readyOf(device);
    const orders = settings.lock === undefined ? [] : [settings.lock.topic];
    return [...new Set([...listeners.map(({ topic }) => topic), ...orders])];
  },

  decode(device, { topic, text, isRetained }: Heard) {
    const { settings, listeners } = readyOf(device);
    const here = listeners.filter((listener) => listener.topic === topic);
    if (here.length === 0) {
      const isOrder = isRetained && text !== '' && settings.lock?.topic === topic;
      return isOrder ? [{ type: 'retained_order', topic }] : [];
    }
    const json = here.some(({ path }) => path !== null) ? parseJson(text) : undefined;
    return here.flatMap(({ path, report }) => report(path === null ? text : valueAt(json, path), isRetained));
  },

  lock,
  pins: null,

  identify(device) {
    const { identify } = readyOf(device).settings;
    return identify === undefined ? [] : [identify];
  },

  answer(device, _presentation, decision) {
    const answer = readyOf(device).settings.reader?.answer;
    if (answer === undefined) return [];
    return [{ topic: answer.topic, payload: decision.granted ? answer.granted : answer.refused }];
  },

  discovery: { filters: [], see: () => [] },
};
