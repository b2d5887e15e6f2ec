import fc from 'fast-check';

/** As much of JSON Schema as the API's document uses. */
export interface Schema {
  readonly type?: string;
  readonly format?: string;
  readonly pattern?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
}

/** What nobody would type and somebody will send. */
export const hostileText = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.constantFrom(
    '',
    ' ',
    '\u0000',
    '\ud800',
    '../..',
    '%00',
    '%',
    "'; drop table bookings; --",
    '💥',
    'null',
    '-1',
    '1e309',
    '__proto__',
    'constructor',
    'x'.repeat(5_000),
    '9999-12-31T23:59:59Z',
  ),
);
const hostileValue = fc.oneof(
  hostileText,
  fc.integer(),
  fc.double(),
  fc.boolean(),
  fc.constant(null),
  fc.array(fc.anything(), { maxLength: 3 }),
  fc.object({ maxDepth: 2 }),
);

const QUARTER_MS = 900_000;
const iso = (at: number) => new Date(at).toISOString();

/**
 * Values that pass a schema, mostly, at the edges of what it admits: a test that only sends junk never gets past the validation. `ids`
 * and `slugs` are names of things that exist.
 */
export function valuesOf(schema: Schema, known: { ids: readonly string[]; slugs: readonly string[]; now: number }) {
  const instants = fc.oneof(
    { weight: 4, arbitrary: fc.integer({ min: -4, max: 60 * 24 * 4 }).map((n) => iso(known.now + n * QUARTER_MS)) },
    fc.constantFrom(
      '2027-03-28T00:59:59.999Z',
      '2027-03-28T01:00:00Z',
      '2027-10-31T02:30:00+02:00',
      '0000-01-01T00:00:00Z',
      '0001-01-01T00:00:00Z',
      '9999-12-31T23:59:59.999Z',
      '2026-11-24T24:00:00Z',
      '2026-11-24T23:59:60Z',
      '2026-11-24T08:00:00.123456789+14:00',
      '2026-11-24T08:00:00-23:59',
    ),
  );
  const dates = fc.constantFrom(
    '2026-11-24',
    '2026-11-25',
    '2027-03-28',
    '2027-10-31',
    '2024-02-29',
    '0000-01-01',
    '0001-01-01',
    '9999-12-31',
  );

  function valid(of: Schema): fc.Arbitrary<unknown> {
    if (of.const !== undefined) return fc.constant(of.const);
    if (of.enum !== undefined) return fc.constantFrom(...of.enum);
    if (of.anyOf !== undefined) return fc.oneof(...of.anyOf.map(valid));
    if (of.allOf !== undefined) return fc.tuple(...of.allOf.map(valid)).map((parts) => Object.assign({}, ...parts));
    switch (of.type) {
      case 'null':
        return fc.constant(null);
      case 'boolean':
        return fc.boolean();
      case 'integer':
        return fc.integer({ min: of.minimum ?? -(2 ** 31), max: of.maximum ?? 2 ** 31 });
      case 'number':
        return fc.double({ min: of.minimum ?? -1e9, max: of.maximum ?? 1e9, noNaN: true });
      case 'array':
        return fc.array(some(of.items ?? {}), { maxLength: 4 });
      case 'object': {
        const fields = Object.entries(of.properties ?? {}).map(([name, field]) => [name, some(field)]);
        const requiredKeys = (of.required ?? []) as never[];
        return fc.record(Object.fromEntries(fields) as Record<string, fc.Arbitrary<unknown>>, { requiredKeys });
      }
      case 'string':
        return text(of);
      default:
        return hostileValue;
    }
  }
  function text(of: Schema): fc.Arbitrary<string> {
    if (of.format === 'uuid') return fc.constantFrom(...known.ids);
    if (of.format === 'date-time') return instants;
    if (of.format === 'date') return dates;
    if (of.format === 'email') return fc.emailAddress();
    if (of.pattern === '\\S')
      return fc.string({ minLength: 1, maxLength: of.maxLength ?? 200 }).map((name) => `n${name}`);
    // The pattern of a slug admits what does not exist: what does is more telling.
    if (of.pattern?.includes('a-z0-9-')) return fc.constantFrom(...known.slugs);
    if (of.pattern !== undefined) return fc.stringMatching(new RegExp(of.pattern));
    return fc.string({ minLength: of.minLength ?? 0, maxLength: of.maxLength ?? 200 });
  }
  /** Now and then something else than the schema says. */
  function some(of: Schema): fc.Arbitrary<unknown> {
    return fc.oneof({ weight: 9, arbitrary: valid(of) }, { weight: 1, arbitrary: hostileValue });
  }
  return some(schema);
}
