/** A refusal of the protocol: a value with a stable reason. `detail` is for logs, in English. */
export type ProtocolRefusal =
  | 'too_large'
  | 'not_json'
  | 'unknown_version'
  | 'malformed'
  | 'unknown_key'
  | 'bad_signature'
  | 'foreign_site';

export type Parsed<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly reason: ProtocolRefusal; readonly detail: string };

export const refused = (
  reason: ProtocolRefusal,
  detail: string,
): { readonly ok: false; readonly reason: ProtocolRefusal; readonly detail: string } => ({
  ok: false,
  reason,
  detail,
});
