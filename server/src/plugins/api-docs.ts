import { PROBLEMS } from '../problems.ts';

/** The parts of an OpenAPI 3.1 document that the page reads. */
interface Schema {
  $ref?: string;
  type?: string | string[];
  const?: unknown;
  enum?: unknown[];
  anyOf?: Schema[];
  allOf?: Schema[];
  items?: Schema;
  properties?: Record<string, Schema>;
  required?: string[];
  format?: string;
  pattern?: string;
  description?: string;
  minimum?: number;
  maximum?: number;
  maxLength?: number;
  minLength?: number;
}

interface Operation {
  operationId?: string;
  summary?: string;
  description?: string;
  tags?: string[];
  parameters?: { name: string; in: string; required?: boolean; schema?: Schema; description?: string }[];
  requestBody?: { content: Record<string, { schema?: Schema }> };
  responses?: Record<string, { content?: Record<string, { schema?: Schema }> }>;
  security?: unknown[];
}

interface OpenApiDocument {
  info: { title: string; version: string; description?: string };
  tags?: { name: string; description?: string }[];
  paths?: Record<string, Record<string, Operation>>;
}

const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const;

/**
 * The API's document as one page to read: no script, nothing from another host. Written by hand because the usual viewers are a
 * megabyte of script that a content security policy such as ours refuses.
 */
export function apiDocsPage(document: OpenApiDocument, documentUrl: string): string {
  const groups = (document.tags ?? []).map((tag) => ({ ...tag, operations: operationsOf(document, tag.name) }));
  const shown = groups.filter(({ operations }) => operations.length > 0);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(document.info.title)} API</title>
<style>${STYLE}</style>
</head>
<body>
<header>
<p><a href="/">Mitoyen</a></p>
<h1>The API, version ${escapeHtml(document.info.version)}</h1>
${(document.info.description ?? '').split('\n\n').map(paragraph).join('\n')}
<p>For programs: <a href="${escapeHtml(documentUrl)}">${escapeHtml(documentUrl)}</a> (OpenAPI 3.1).</p>
</header>
<nav aria-label="Parts"><ul>
${shown.map(({ name, description }) => `<li><a href="#${escapeHtml(name)}">${escapeHtml(description ?? name)}</a></li>`).join('\n')}
<li><a href="#refusals">Refusals</a></li>
</ul></nav>
<main>
${shown
  .map(
    ({ name, description, operations }) => `<section id="${escapeHtml(name)}">
<h2>${escapeHtml(description ?? name)}</h2>
${operations.map(operationBlock).join('\n')}
</section>`,
  )
  .join('\n')}
<section id="refusals">
<h2>Refusals</h2>
<p>What a program compares is the code; the words are for people.</p>
<div class="scroller" tabindex="0" role="region" aria-label="Refusals"><table>
<thead><tr><th scope="col">Code</th><th scope="col">Status</th><th scope="col">In words</th></tr></thead>
<tbody>
${Object.entries(PROBLEMS)
  .map(
    ([code, { status, title, detail }]) =>
      `<tr id="${escapeHtml(code)}"><th scope="row"><code>${escapeHtml(code)}</code></th><td>${status}</td><td>${escapeHtml(title.en)}. ${escapeHtml(detail.en)}</td></tr>`,
  )
  .join('\n')}
</tbody>
</table></div>
</section>
</main>
</body>
</html>
`;
}

interface PlacedOperation extends Operation {
  readonly method: string;
  readonly path: string;
}

function operationsOf(document: OpenApiDocument, tag: string): PlacedOperation[] {
  return Object.entries(document.paths ?? {}).flatMap(([path, methods]) =>
    METHODS.flatMap((method) => {
      const operation = methods[method];
      return operation?.tags?.includes(tag) ? [{ ...operation, method, path }] : [];
    }),
  );
}

function operationBlock(operation: PlacedOperation): string {
  const { method, path, summary, description, parameters = [], requestBody, responses = {}, security = [] } = operation;
  const id = operation.operationId ?? `${method}-${path}`;
  const answers = Object.entries(responses).filter(([status]) => status.startsWith('2'));
  const parts = [
    description === undefined ? '' : paragraph(description),
    parameters.length === 0
      ? ''
      : `<h4>Parameters</h4><dl>${parameters
          .map(
            (each) =>
              `<dt><code>${escapeHtml(each.name)}</code> <span>${escapeHtml(each.in)}${each.required ? '' : ', optional'}</span></dt><dd><code>${escapeHtml(shapeOf(each.schema))}</code>${each.description === undefined ? '' : ` ${escapeHtml(each.description)}`}</dd>`,
          )
          .join('')}</dl>`,
    requestBody === undefined ? '' : `<h4>Body</h4>${shapesOf(requestBody.content)}`,
    ...answers.map(
      ([status, { content }]) =>
        `<h4>Answer ${escapeHtml(status)}</h4>${content === undefined ? '<p>Nothing.</p>' : shapesOf(content)}`,
    ),
  ];
  return `<details id="${escapeHtml(id)}">
<summary><span class="method ${method}">${method.toUpperCase()}</span> <code>${escapeHtml(path)}</code> <span class="what">${escapeHtml(summary ?? '')}${security.length === 0 ? '' : ' <span class="tag">signed in</span>'}</span></summary>
${parts.filter((part) => part !== '').join('\n')}
</details>`;
}

function shapesOf(content: Record<string, { schema?: Schema }>): string {
  return Object.entries(content)
    .filter(([type]) => type !== 'application/problem+json')
    .map(([type, { schema }]) => {
      const label = type === 'application/json' ? '' : `<p><code>${escapeHtml(type)}</code></p>`;
      return `${label}<pre tabindex="0">${escapeHtml(shapeOf(schema))}</pre>`;
    })
    .join('');
}

/** A JSON Schema as one would write its type, with what it says of a field behind it. */
export function shapeOf(schema: Schema | undefined, indent = ''): string {
  if (schema === undefined) return 'anything';
  if (schema.$ref !== undefined) return schema.$ref.split('/').at(-1) ?? 'anything';
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum !== undefined) return schema.enum.map((each) => JSON.stringify(each)).join(' | ');
  if (schema.anyOf !== undefined) return schema.anyOf.map((each) => shapeOf(each, indent)).join(' | ');
  if (schema.allOf !== undefined) return shapeOf(mergeAll(schema.allOf), indent);
  if (schema.type === 'array') {
    const item = shapeOf(schema.items, indent);
    return item.includes(' | ') && !item.startsWith('{') ? `(${item})[]` : `${item}[]`;
  }
  if (schema.properties !== undefined) {
    const inner = `${indent}  `;
    const lines = Object.entries(schema.properties).map(([name, property]) => {
      const mark = schema.required?.includes(name) ? '' : '?';
      const note = property.description === undefined ? '' : `  // ${property.description}`;
      return `${inner}${name}${mark}: ${shapeOf(property, inner)}${note}`;
    });
    return `{\n${lines.join('\n')}\n${indent}}`;
  }
  const type = [schema.type].flat().join(' | ') || 'anything';
  return schema.format ?? type;
}

function mergeAll(parts: readonly Schema[]): Schema {
  return {
    properties: Object.assign({}, ...parts.map(({ properties }) => properties ?? {})) as Record<string, Schema>,
    required: parts.flatMap(({ required }) => required ?? []),
  };
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

/** Text of the document, where `code` is between backquotes. */
function paragraph(text: string): string {
  return `<p>${escapeHtml(text).replaceAll(/`([^`]+)`/g, '<code>$1</code>')}</p>`;
}

/** The ground, ink and accent of the pages. */
const STYLE = `
:root { color-scheme: light dark; --paper: light-dark(#f7f5ef, #10211f); --raised: light-dark(#fffefa, #182b29);
  --sunken: light-dark(#ebe8de, #0a1716); --ink: light-dark(#12302d, #f1eee3); --soft: light-dark(#47605c, #b3c2bc);
  --line: light-dark(#d5d1c2, #2c4442); --ochre: light-dark(#dd9a17, #ffc65c); --focus: light-dark(#0b5d57, #ffd27a); }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.5rem clamp(1.1rem, 4vw, 2.5rem) 5rem; max-width: 62rem; background: var(--paper); color: var(--ink);
  font: 1rem/1.55 Verdana, system-ui, sans-serif; }
h1 { font-size: clamp(1.6rem, 1.3rem + 1.5vw, 2.3rem); line-height: 1.15; margin: 0.5rem 0; }
h2 { margin: 2.5rem 0 0.75rem; font-size: 1.35rem; }
h4 { margin: 1rem 0 0.3rem; font-size: 0.875rem; color: var(--soft); font-weight: 600; }
p { max-width: 42rem; }
a { color: inherit; text-decoration-color: var(--ochre); text-underline-offset: 0.18em; }
:focus-visible { outline: 3px solid var(--focus); outline-offset: 2px; }
nav ul { display: flex; flex-wrap: wrap; gap: 0.25rem 1.5rem; padding: 0.75rem 0; margin: 0; list-style: none; border-block: 1px solid var(--line); }
nav a { display: inline-block; padding: 0.3rem 0; }
code, pre { font-family: ui-monospace, "SF Mono", Menlo, Consolas, monospace; font-size: 0.9rem; }
details { border-top: 1px solid var(--line); }
section > details:last-child { border-bottom: 1px solid var(--line); }
details > :not(summary) { margin-inline-start: 1.2rem; }
summary { padding: 0.55rem 0; cursor: pointer; line-height: 1.4; }
summary:hover { background: var(--sunken); }
summary code { overflow-wrap: anywhere; }
.method { display: inline-block; min-width: 4.2rem; font-weight: 700; font-size: 0.8rem; letter-spacing: 0.03em; }
.post, .put, .patch { color: light-dark(#86530a, #f6c264); }
.delete { color: light-dark(#a22c1f, #ffab9c); }
.what { display: block; margin-inline-start: 1.2rem; color: var(--soft); }
.tag { padding: 0 0.4em; border: 1px solid var(--line); border-radius: 3px; font-size: 0.8rem; white-space: nowrap; }
pre { margin-block: 0.2rem 0.8rem; padding: 0.75rem 1rem; border-radius: 6px; background: var(--sunken); overflow-x: auto; line-height: 1.45; }
dl { margin-block: 0; } dt span { color: var(--soft); font-size: 0.875rem; } dd { margin-inline-start: 1.2rem; }
.scroller { overflow-x: auto; }
table { border-collapse: collapse; font-size: 0.9rem; }
th, td { padding: 0.4rem 1rem 0.4rem 0; border-bottom: 1px solid var(--line); text-align: start; vertical-align: baseline; }
tr:target, details:target { background: var(--raised); }
`;
