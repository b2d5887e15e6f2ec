import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';

interface Response {
  readonly content?: Readonly<Record<string, object>>;
}
interface Operation {
  readonly operationId: string;
  readonly responses: Readonly<Record<string, Response>>;
}
interface ApiDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

export interface Answered {
  readonly status: number;
  readonly contentType: string;
  /** As it came over the line. */
  readonly text: string;
}

/** Says how an answer differs from what the API's document promises of it; null when it does not. */
export type AnswerChecker = (method: string, url: string, answered: Answered) => string | null;

/**
 * Holds answers to the OpenAPI document: the status is documented, the media type is the documented one, the body has the documented
 * shape. Independent of the server's own schema library. Addresses that the document does not have are none of its business.
 */
export function answerChecker(document: unknown): AnswerChecker {
  const { paths } = document as ApiDocument;
  const ajv = formats.default(new Ajv2020({ strict: false, allErrors: true }));
  // As a whole: its schemas refer to each other by their place in it.
  ajv.addSchema(document as object, 'api');
  const validatorOf = (...place: string[]): ValidateFunction => {
    const pointer = place.map((part) => `/${encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'))}`);
    return ajv.getSchema(`api#${pointer.join('')}`) as ValidateFunction;
  };
  const operations = Object.entries(paths)
    .flatMap(([path, methods]) => Object.entries(methods).map(([method, operation]) => ({ path, method, operation })))
    // `/sessions/current` before `/sessions/{id}`.
    .sort((a, b) => Number(a.path.includes('{')) - Number(b.path.includes('{')))
    .map((each) => ({ ...each, pattern: new RegExp(`^${each.path.replace(/\{\w+\}/g, '[^/]*')}/?$`) }));

  return (method, url, { status, contentType, text }) => {
    // As a client reads it: `/sites/.` is `/sites/`.
    const { pathname } = new URL(url, 'http://localhost');
    const found = operations.find((each) => each.method === method.toLowerCase() && each.pattern.test(pathname));
    if (found === undefined) return null;
    const { operationId, responses } = found.operation;
    const answers = `${operationId} answers ${status}`;
    const documented = [String(status), `${Math.floor(status / 100)}XX`].find((key) => key in responses);
    if (documented === undefined) return `${answers}, which is not documented`;
    const { content } = responses[documented] as Response;
    if (content === undefined) return text === '' ? null : `${answers} with a body: ${text}`;
    const [mediaType = ''] = contentType.split(';');
    if (!(mediaType in content)) return `${answers} as ${mediaType || 'nothing'}, which is not documented`;
    if (!mediaType.endsWith('json')) return null;
    const validate = validatorOf(
      'paths',
      found.path,
      found.method,
      'responses',
      documented,
      'content',
      mediaType,
      'schema',
    );
    if (validate(JSON.parse(text))) return null;
    return `${answers} in another shape than documented: ${ajv.errorsText(validate.errors)}: ${text}`;
  };
}
