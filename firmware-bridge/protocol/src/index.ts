export * from './credentials.ts';
export { type Envelope, EnvelopeSchema, parseEnvelope, sign, verify } from './envelope.ts';
export * from './keys.ts';
export * from './limits.ts';
export * from './messages.ts';
export type { Parsed, ProtocolRefusal } from './outcome.ts';
export { encodeMessage, parseBody, parseMessage } from './parse.ts';
export * from './snapshot.ts';
export * from './topics.ts';
