import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';

const REPOSITORY = resolve(import.meta.dirname, '..', '..');

/** A part of the repository and what its files may import besides their own package. */
interface Part {
  readonly folder: string;
  /** Our own packages. */
  readonly packages: readonly string[];
  /** Modules of Node, by their name after `node:`; undefined: any. */
  readonly node?: readonly string[];
}

const PARTS: readonly Part[] = [
  { folder: 'domain/src', packages: [], node: [] },
  // The exact bytes that are signed need a hash and a key, and nothing else of the machine.
  { folder: 'firmware-bridge/protocol/src', packages: ['@mitoyen/domain'], node: ['crypto'] },
  { folder: 'db/src', packages: ['@mitoyen/domain'] },
  { folder: 'db/seed', packages: ['@mitoyen/db', '@mitoyen/domain'] },
  { folder: 'server/src', packages: ['@mitoyen/domain', '@mitoyen/db', '@mitoyen/protocol'] },
  { folder: 'firmware-bridge/src', packages: ['@mitoyen/domain', '@mitoyen/protocol'] },
  { folder: 'web/src', packages: ['@mitoyen/domain'] },
];

/** A library that is known in few places, so that it can be replaced there. Type-only imports count too. */
interface Confined {
  readonly library: RegExp;
  readonly what: string;
  readonly allowed: readonly string[];
}

const CONFINED: readonly Confined[] = [
  {
    library: /^mqtt$/,
    what: 'the MQTT client',
    allowed: [
      'firmware-bridge/src/uplink/',
      'firmware-bridge/src/devices/',
      'firmware-bridge/src/simulate/',
      'server/src/adapters/',
    ],
  },
  {
    library: /^aedes$/,
    what: 'the embedded broker',
    allowed: ['firmware-bridge/src/devices/', 'firmware-bridge/src/simulate/'],
  },
  {
    library: /^(fastify|fastify-plugin|@fastify\/.+)$/,
    what: 'the HTTP framework',
    allowed: ['server/src/app.ts', 'server/src/main.ts', 'server/src/plugins/', 'server/src/routes/'],
  },
  { library: /^(postgres|drizzle-orm)(\/.+)?$/, what: 'SQL', allowed: ['db/'] },
  { library: /^node:sqlite$/, what: "the bridge's database", allowed: ['firmware-bridge/src/store/'] },
];

interface SourceFile {
  readonly path: string;
  readonly source: ts.SourceFile;
  readonly imports: readonly string[];
}

const files = PARTS.flatMap(({ folder }) => sourceFiles(join(REPOSITORY, folder))).map(readSource);
const filesOf = (folder: string) => files.filter(({ path }) => path.startsWith(`${folder}/`));

describe('who may import whom', () => {
  test.each(PARTS)('$folder keeps to its own and what it is allowed', ({ folder, packages, node }) => {
    const own = filesOf(folder);
    expect(own.length).toBeGreaterThan(0);
    const wrong = own.flatMap(({ path, imports }) =>
      imports
        .filter((name) => {
          if (name.startsWith('@mitoyen/')) return !packages.includes(packageOf(name));
          if (name.startsWith('node:')) return node !== undefined && !node.includes(name.slice('node:'.length));
          // Node's modules by their old names would pass for packages.
          if (ts.isExternalModuleNameRelative(name)) return !isWithin(folder, path, name);
          return NODE_MODULES_WITHOUT_PREFIX.has(name);
        })
        .map((name) => `${path} imports ${name}`),
    );
    expect(wrong).toEqual([]);
  });

  test('the domain imports no library at all', () => {
    const wrong = filesOf('domain/src').flatMap(({ path, imports }) =>
      imports.filter((name) => !ts.isExternalModuleNameRelative(name)).map((name) => `${path} imports ${name}`),
    );
    expect(wrong).toEqual([]);
  });

  test.each(CONFINED)('few places know $what', ({ library, allowed }) => {
    const wrong = files.flatMap(({ path, imports }) =>
      allowed.some((place) => path.startsWith(place))
        ? []
        : imports.filter((name) => library.test(name)).map((name) => `${path} imports ${name}`),
    );
    expect(wrong).toEqual([]);
  });
});

describe('now and chance are arguments', () => {
  test('a use of the clock is seen, a word that only looks like one is not', () => {
    const seen = (text: string) =>
      namesUsed(ts.createSourceFile('x.ts', text, ts.ScriptTarget.Latest, true), ['Date', 'Date.now', 'Math.random']);
    expect(seen('const at = new Date();')).toEqual(['Date']);
    expect(seen('const at = globalThis.Date.now();')).toContain('Date.now');
    expect(seen('const roll = Math.random();')).toEqual(['Math.random']);
    expect(seen('const day: Date | undefined = windows.Date; const x = { Date: 1 };')).toEqual([]);
  });

  test('the domain reads no clock, and makes no random number', () => {
    const wrong = filesOf('domain/src').flatMap(({ path, source }) =>
      namesUsed(source, [
        'Date',
        'performance',
        'Math.random',
        'crypto',
        'Temporal.Now',
        'setTimeout',
        'setInterval',
        'process',
      ]).map((name) => `${path} uses ${name}`),
    );
    expect(wrong).toEqual([]);
  });

  test('operations and queries are told the time', () => {
    const told = [...filesOf('server/src').filter(({ path }) => path.includes('/operations/')), ...filesOf('db/src')];
    const wrong = told.flatMap(({ path, source }) =>
      namesUsed(source, ['Date.now', 'Math.random', 'Temporal.Now']).map((name) => `${path} uses ${name}`),
    );
    expect(wrong).toEqual([]);
  });
});

const NODE_MODULES_WITHOUT_PREFIX = new Set([
  'fs',
  'path',
  'crypto',
  'os',
  'net',
  'http',
  'https',
  'child_process',
  'stream',
  'util',
]);

function sourceFiles(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && /\.(ts|svelte)$/.test(entry.name) && !entry.name.endsWith('.d.ts'))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !/\/(node_modules|paraglide)\//.test(path));
}

function readSource(path: string): SourceFile {
  const text = readFileSync(path, 'utf8');
  const script = path.endsWith('.svelte') ? scriptsOf(text) : text;
  const source = ts.createSourceFile(path, script, ts.ScriptTarget.Latest, true, ts.ScriptKind.TS);
  return { path: relative(REPOSITORY, path), source, imports: importsOf(source) };
}

function scriptsOf(svelte: string): string {
  return [...svelte.matchAll(/<script[^>]*>([\s\S]*?)<\/script>/g)].map(([, script]) => script).join('\n');
}

/** Static and dynamic imports and re-exports. */
function importsOf(source: ts.SourceFile): string[] {
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if ((ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) && node.moduleSpecifier) {
      if (ts.isStringLiteral(node.moduleSpecifier)) found.push(node.moduleSpecifier.text);
    }
    if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      const [name] = node.arguments;
      if (name && ts.isStringLiteral(name)) found.push(name.text);
    }
    if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument) && ts.isStringLiteral(node.argument.literal)) {
      found.push(node.argument.literal.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** Global names, plain (`Date`) or with a member (`Math.random`), that the file uses as values. */
function namesUsed(source: ts.SourceFile, names: readonly string[]): string[] {
  const found = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isTypeNode(node)) return;
    if (ts.isPropertyAccessExpression(node)) {
      const text = `${node.expression.getText(source)}.${node.name.text}`;
      const name = names.find((candidate) => text === candidate || text === `globalThis.${candidate}`);
      if (name) found.add(name);
      visit(node.expression);
      return;
    }
    if (ts.isIdentifier(node) && names.includes(node.text) && isGlobalUse(node)) found.add(node.text);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return [...found];
}

/** Not the name of a property, parameter or declaration of the file's own. */
function isGlobalUse(node: ts.Identifier): boolean {
  const { parent } = node;
  return !(
    (ts.isPropertyAssignment(parent) && parent.name === node) ||
    (ts.isPropertySignature(parent) && parent.name === node) ||
    (ts.isParameter(parent) && parent.name === node) ||
    (ts.isVariableDeclaration(parent) && parent.name === node) ||
    ts.isImportSpecifier(parent) ||
    ts.isBindingElement(parent)
  );
}

function packageOf(name: string): string {
  return name.split('/').slice(0, 2).join('/');
}

function isWithin(folder: string, path: string, name: string): boolean {
  // A package's own manifest lies one above its sources.
  const home = folder.split('/').slice(0, -1).join('/');
  return relative(home, join(path, '..', name)).split('/')[0] !== '..';
}
