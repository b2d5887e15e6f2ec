import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { apiDocsPage, shapeOf } from '../../server/src/plugins/api-docs.ts';
import { PROBLEMS } from '../../server/src/problems.ts';

describe('the shape of an answer', () => {
  test.each([
    [{ type: 'string', format: 'uuid' }, 'uuid'],
    [{ anyOf: [{ type: 'string' }, { type: 'null' }] }, 'string | null'],
    [{ type: 'array', items: { enum: ['a', 'b'] } }, '("a" | "b")[]'],
    [{ $ref: '#/components/schemas/Problem' }, 'Problem'],
    [undefined, 'anything'],
  ])('%o is %s', (schema, text) => {
    expect(shapeOf(schema)).toBe(text);
  });

  test('fields one a line, with what is said of them, optional ones marked, parts of one object together', () => {
    const money = { type: 'integer', description: 'Minor units' };
    expect(
      shapeOf({
        allOf: [
          { type: 'object', required: ['minor'], properties: { minor: money } },
          { type: 'object', properties: { note: { type: 'string' } } },
        ],
      }),
    ).toBe('{\n  minor: integer  // Minor units\n  note?: string\n}');
  });
});

describe('the page', () => {
  const document = JSON.parse(readFileSync(resolve(import.meta.dirname, '../../server/openapi.json'), 'utf8'));
  const page = apiDocsPage(document, '/api/openapi.json');

  test('has every operation of the document and every refusal', () => {
    const operations = Object.entries<Record<string, { operationId: string }>>(document.paths).flatMap(([, methods]) =>
      Object.values(methods).map(({ operationId }) => operationId),
    );
    expect(operations.length).toBeGreaterThan(30);
    expect(operations.filter((id) => !page.includes(`<details id="${id}">`))).toEqual([]);
    expect(Object.keys(PROBLEMS).filter((code) => !page.includes(`<tr id="${code}">`))).toEqual([]);
  });

  test('asks nothing of anybody else', () => {
    expect(page).not.toMatch(/<script|src=|url\(|@import|href="https?:/);
  });

  test('text of the document is text', () => {
    const hostile = { info: { title: '<img src=x onerror=alert(1)>', version: '"1"' } };
    expect(apiDocsPage(hostile, '/"><script>')).not.toMatch(/<img|<script/);
  });
});
