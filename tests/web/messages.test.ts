import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';

const WEB = resolve(import.meta.dirname, '..', '..', 'web');
type Message = string | { declarations: string[]; selectors: string[]; match: Record<string, string> }[];

const folders = ['.', 'staff'].filter((folder) => existsSync(join(WEB, 'messages', folder, 'fr.json')));
const read = (folder: string, locale: string): Record<string, Message> => {
  const { $schema: _, ...messages } = JSON.parse(readFileSync(join(WEB, 'messages', folder, `${locale}.json`), 'utf8'));
  return messages;
};
const texts = (message: Message) =>
  typeof message === 'string' ? [message] : message.flatMap(({ match }) => Object.values(match));
const holes = (message: Message) => [...new Set(texts(message).flatMap((text) => text.match(/\{\w+\}/g) ?? []))].sort();

describe.each(folders)('messages in %s', (folder) => {
  const fr = read(folder, 'fr');
  const en = read(folder, 'en');

  test('French and English say the same things', () => {
    expect(Object.keys(en).sort()).toEqual(Object.keys(fr).sort());
  });

  test('with the same blanks to fill', () => {
    const different = Object.keys(fr).filter((key) => String(holes(fr[key] ?? '')) !== String(holes(en[key] ?? '')));
    expect(different).toEqual([]);
  });

  test('none is empty', () => {
    const empty = Object.entries({ ...fr, ...en }).filter(([, message]) =>
      texts(message).some((text) => text.trim() === ''),
    );
    expect(empty).toEqual([]);
  });

  test('French puts no-break spaces before its double punctuation', () => {
    const wrong = Object.entries(fr).filter(([, message]) => texts(message).some((text) => / [:;?!»]|« /.test(text)));
    expect(wrong.map(([key]) => key)).toEqual([]);
  });
});

test('every message is used by a page or a component', () => {
  const source = readdirSync(join(WEB, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.(svelte|ts)$/.test(file) && !file.startsWith(join('lib', 'paraglide')))
    .map((file) => readFileSync(join(WEB, 'src', file), 'utf8'))
    .join('\n');
  const used = new Set(source.match(/\bm\.(\w+)/g)?.map((name) => name.slice(2)));
  const known = folders.flatMap((folder) => Object.keys(read(folder, 'fr')));
  expect(known.filter((key) => !used.has(key))).toEqual([]);
});
