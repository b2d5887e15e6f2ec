/*
 * The little of XML 1.0 that invoices need: a writer that cannot forget to escape, and a strict reader for the
 * validator, with namespaces, without DTDs, entities of one's own, processing instructions or CDATA.
 */

/** An element to write. Children that are null are left out: optional fields read as what they are. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlElement[] | string;
}

/** An element with text, or with the children that are there. */
export function xmlElement(
  name: string,
  content: string | readonly (XmlElement | null)[],
  attributes: Readonly<Record<string, string>> = {},
): XmlElement {
  const children = typeof content === 'string' ? content : content.filter((child) => child !== null);
  return { name, attributes, children };
}

/** The same, or null when there is no text. */
export function optionalXml(
  name: string,
  text: string | null,
  attributes: Readonly<Record<string, string>> = {},
): XmlElement | null {
  return text === null || text === '' ? null : xmlElement(name, text, attributes);
}

/** A document with its declaration, in UTF-8, indented by two spaces. */
export function writeXml(root: XmlElement): string {
  const parts = ['<?xml version="1.0" encoding="UTF-8"?>\n'];
  write(root, '', parts);
  return parts.join('');
}

function write({ name, attributes, children }: XmlElement, indent: string, parts: string[]): void {
  parts.push(indent, '<', name);
  for (const [key, value] of Object.entries(attributes)) parts.push(' ', key, '="', escapeXml(value), '"');
  if (children.length === 0) {
    parts.push('/>\n');
    return;
  }
  parts.push('>');
  if (typeof children === 'string') parts.push(escapeXml(children));
  else {
    parts.push('\n');
    for (const child of children) write(child, `${indent}  `, parts);
    parts.push(indent);
  }
  parts.push('</', name, '>\n');
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  // Written as themselves they would be read as a line feed or a space (XML 1.0, 2.11 and 3.3.3).
  '\r': '&#13;',
  '\t': '&#9;',
  '\n': '&#10;',
};

/** For text and attributes alike. What XML 1.0 has no sign for (control characters, half a character) is left out. */
export function escapeXml(text: string): string {
  let escaped = '';
  for (const sign of text) {
    const code = sign.codePointAt(0) as number;
    if (isXmlCharacter(code)) escaped += ESCAPES[sign] ?? sign;
  }
  return escaped;
}

/** XML 1.0, 2.2. */
function isXmlCharacter(code: number): boolean {
  if (code < 0x20) return code === 0x9 || code === 0xa || code === 0xd;
  return !(code >= 0xd800 && code <= 0xdfff) && code !== 0xfffe && code !== 0xffff;
}

/** An element as read: its name has the prefix that `prefixes` gives to its namespace. */
export interface ReadElement {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly ReadElement[];
  /** The text of the element itself, as it stands. */
  readonly text: string;
}

const MAX_DEPTH = 64;
const NAME = /[A-Za-z_][\w.-]*(?::[A-Za-z_][\w.-]*)?/y;
const TEXT = /[^<&]*/y;
const SPACE = /[ \t\r\n]*/y;
const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** What was not well-formed, and where. */
export class XmlFault extends Error {
  readonly at: number;

  constructor(message: string, at: number) {
    super(message);
    this.at = at;
  }
}

/**
 * Reads a document in linear time. `prefixes` names namespaces by our prefixes; an element of another namespace keeps
 * its own prefix after a `?`.
 * @throws XmlFault for what is not well-formed, and for what this reader refuses (DOCTYPE, CDATA, more than 64 levels).
 */
export function readXml(source: string, prefixes: Readonly<Record<string, string>>): ReadElement {
  const reader = new Reader(source, prefixes);
  return reader.document();
}

class Reader {
  readonly #source: string;
  readonly #prefixes: Readonly<Record<string, string>>;
  #at = 0;

  constructor(source: string, prefixes: Readonly<Record<string, string>>) {
    this.#source = source.startsWith('\uFEFF') ? source.slice(1) : source;
    this.#prefixes = prefixes;
  }

  document(): ReadElement {
    if (this.#takes('<?xml ')) this.#until('?>');
    this.#misc();
    const root = this.#element(new Map(), 0);
    this.#misc();
    if (this.#at < this.#source.length) this.#fail('something after the document');
    return root;
  }

  #element(scope: ReadonlyMap<string, string>, depth: number): ReadElement {
    if (depth > MAX_DEPTH) this.#fail('too deep');
    if (!this.#takes('<')) this.#fail('an element was expected');
    const rawName = this.#match(NAME) || this.#fail('a name was expected');
    const raw = new Map<string, string>();
    let isClosed = false;
    for (;;) {
      const hasSpace = this.#match(SPACE) !== '';
      if (this.#takes('/>')) {
        isClosed = true;
        break;
      }
      if (this.#takes('>')) break;
      if (!hasSpace) this.#fail('a space was expected');
      const key = this.#match(NAME) || this.#fail('an attribute was expected');
      this.#match(SPACE);
      if (!this.#takes('=')) this.#fail('= was expected');
      this.#match(SPACE);
      if (raw.has(key)) this.#fail('an attribute twice');
      raw.set(key, this.#quoted());
    }
    const own = new Map(scope);
    const attributes = new Map<string, string>();
    for (const [key, value] of raw) {
      if (key === 'xmlns') own.set('', value);
      else if (key.startsWith('xmlns:')) own.set(key.slice(6), value);
      else attributes.set(key, value);
    }
    const name = this.#resolve(rawName, own);
    if (isClosed) return { name, attributes, children: [], text: '' };

    const children: ReadElement[] = [];
    let text = '';
    for (;;) {
      text += this.#match(TEXT);
      if (this.#at >= this.#source.length) this.#fail(`${rawName} is not closed`);
      if (this.#source[this.#at] === '&') text += this.#entity();
      else if (this.#takes('</')) {
        if ((this.#match(NAME) || '') !== rawName) this.#fail(`${rawName} is not closed`);
        this.#match(SPACE);
        if (!this.#takes('>')) this.#fail('> was expected');
        return { name, attributes, children, text };
      } else if (this.#takes('<!--')) this.#until('-->');
      else if (this.#source.startsWith('<!', this.#at) || this.#source.startsWith('<?', this.#at)) {
        this.#fail('neither CDATA nor instructions are read');
      } else children.push(this.#element(own, depth + 1));
    }
  }

  #resolve(rawName: string, scope: ReadonlyMap<string, string>): string {
    const [first, second] = rawName.split(':') as [string, string?];
    const prefix = second === undefined ? '' : first;
    const namespace = scope.get(prefix);
    if (namespace === undefined && prefix !== '') this.#fail(`the prefix ${prefix} has no namespace`);
    const known = namespace === undefined ? undefined : this.#prefixes[namespace];
    return known === undefined ? `?${rawName}` : `${known}:${second ?? first}`;
  }

  #quoted(): string {
    const quote = this.#source[this.#at];
    if (quote !== '"' && quote !== "'") this.#fail('a quoted value was expected');
    this.#at++;
    let value = '';
    for (;;) {
      const sign = this.#source[this.#at];
      if (sign === undefined || sign === '<') this.#fail('a value is not closed');
      if (sign === quote) {
        this.#at++;
        return value;
      }
      if (sign === '&') value += this.#entity();
      else {
        value += sign;
        this.#at++;
      }
    }
  }

  #entity(): string {
    const end = this.#source.indexOf(';', this.#at);
    const name = this.#source.slice(this.#at + 1, end);
    const parts = /^#(?:x([0-9a-fA-F]{1,6})|(\d{1,7}))$/.exec(name);
    const code = parts === null ? null : parts[1] === undefined ? Number(parts[2]) : Number.parseInt(parts[1], 16);
    if (code !== null && (code > 0x10ffff || !isXmlCharacter(code))) this.#fail('not a character');
    const value = code === null ? ENTITIES[name] : String.fromCodePoint(code);
    if (end < 0 || value === undefined) this.#fail('an entity that nobody declared');
    this.#at = end + 1;
    return value as string;
  }

  #misc(): void {
    this.#match(SPACE);
    while (this.#takes('<!--')) {
      this.#until('-->');
      this.#match(SPACE);
    }
  }

  #until(end: string): void {
    const at = this.#source.indexOf(end, this.#at);
    if (at < 0) this.#fail(`${end} was expected`);
    this.#at = at + end.length;
  }

  #takes(text: string): boolean {
    if (!this.#source.startsWith(text, this.#at)) return false;
    this.#at += text.length;
    return true;
  }

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#source)?.[0] ?? '';
    this.#at += found.length;
    return found;
  }

  #fail(message: string): never {
    throw new XmlFault(message, this.#at);
  }
}
