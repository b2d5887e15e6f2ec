import { parsePath, parseTemplate, valueAt } from '@mitoyen/firmware-bridge';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

describe('paths into JSON', () => {
  test.for([
    ['', []],
    ['$', []],
    ['a', ['a']],
    ['$.a.b', ['a', 'b']],
    ['a[0].b', ['a', 0, 'b']],
    ["['c d'].e", ['c d', 'e']],
    ['["c.d"]', ['c.d']],
    ['switch:0.output', ['switch:0', 'output']],
    ['pêne.état', ['pêne', 'état']],
  ] as const)('%s', ([text, steps]) => {
    expect(parsePath(text)).toEqual(steps);
  });

  test.for(['a..b', 'a.', '.', 'a[', 'a[x]', 'a[-1]', 'a b', '..', '*', 'a[*]', Array(17).fill('a').join('.')])(
    '%s leads nowhere',
    (text) => {
      expect(parsePath(text)).toBeNull();
    },
  );

  test('every path that is built is read again', () => {
    const name = fc.stringMatching(/^[a-z_][a-z0-9_:-]{0,8}$/);
    const step = fc.oneof(name, fc.nat(999));
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 10 }), (steps) => {
        const text = steps.map((one) => (typeof one === 'number' ? `[${one}]` : `.${one}`)).join('');
        expect(parsePath(text.replace(/^\./, ''))).toEqual(steps);
      }),
    );
  });

  test('values are found, and nothing that an object inherits', () => {
    const said = JSON.parse('{"a":[{"b":7}],"__proto__":{"c":1}}');
    expect(valueAt(said, ['a', 0, 'b'])).toBe(7);
    expect(valueAt(said, ['a', 1, 'b'])).toBeUndefined();
    expect(valueAt(said, ['a', 'length'])).toBeUndefined();
    expect(valueAt(said, ['constructor'])).toBeUndefined();
    expect(valueAt(said, ['toString'])).toBeUndefined();
    expect(valueAt('text', ['length'])).toBeUndefined();
    expect(valueAt(5, [])).toBe(5);
  });
});

describe('templates of Home Assistant', () => {
  test.for([
    ['{{ value }}', { of: 'text' }],
    ['{{value|upper}}', { of: 'text' }],
    ['{{ value_json.temperature }}', { of: 'json', path: ['temperature'], pathText: 'temperature' }],
    ['{{ value_json.a.b[0] | float | round(1) }}', { of: 'json', path: ['a', 'b', 0], pathText: 'a.b[0]' }],
    ["{{ value_json['x y'] | default('') }}", { of: 'json', path: ['x y'], pathText: "['x y']" }],
    ['{{- value_json -}}', { of: 'json', path: [], pathText: '' }],
  ] as const)('%s', ([template, parsed]) => {
    expect(parseTemplate(template)).toEqual(parsed);
  });

  test.for([
    '',
    'ON',
    "{% if value == '5' %}3{% endif %}",
    '{{ value_json.a * 2 }}',
    '{{ value_json.a-1 }}',
    '{{ value_json.a + value_json.b }}',
    "{{ 'ON' if value_json.a else 'OFF' }}",
    '{{ states("sensor.x") }}',
    '{{ value_json.a | multiply(2) }}',
    '{{ value }} {{ value }}',
    '{{ value_jsonx.a }}',
  ])('%s is beyond us', (template) => {
    expect(parseTemplate(template)).toBeNull();
  });

  test('nothing makes it throw or hang', () => {
    const part = fc.constantFrom('{{', '}}', 'value_json', '.', '[', ']', "'", '|', 'round(', ')', ' ', 'a', '1', '{%');
    fc.assert(
      fc.property(fc.array(part, { maxLength: 60 }), (parts) => {
        const parsed = parseTemplate(parts.join(''));
        expect(parsed === null || parsed.of === 'text' || parsed.of === 'json').toBe(true);
      }),
    );
  });
});
