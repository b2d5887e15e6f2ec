import type { AccessDecision } from '@mitoyen/domain';
import type { DeviceConfig, LockState, ReadingKind } from '@mitoyen/protocol';

/** A message on the site's broker, in the hardware's own dialect. Always QoS 0, never retained: a command that waits is stale. */
export interface SiteMessage {
  readonly topic: string;
  readonly payload: string;
}

/** Somebody held a badge against a reader or typed a code. */
export interface Presentation {
  readonly type: 'presentation';
  readonly kind: 'badge' | 'pin';
  /** Normalised as `@mitoyen/protocol` does; a code that is neither badge nor PIN stays as typed, and matches nothing. */
  readonly value: string;
  /** Number that the reader gave to this presentation: the same again is the radio repeating itself. */
  readonly transaction: number | null;
}

/** What a device said, in Mitoyen's words. */
export type DeviceReport =
  | Presentation
  | { readonly type: 'lock'; readonly state: Exclude<LockState, 'silent' | 'jammed'> }
  | { readonly type: 'contact'; readonly isClosed: boolean }
  | { readonly type: 'reading'; readonly kind: Exclude<ReadingKind, 'contact'>; readonly value: number }
  | { readonly type: 'availability'; readonly isOnline: boolean }
  /** A retained order lies on the broker, and would be carried out at every restart of the hardware. */
  | { readonly type: 'retained_order'; readonly topic: string };

/** One hardware family: the only place that knows its topics and payloads. Payloads are hostile input: never throw on them. */
export interface Codec {
  readonly name: DeviceConfig['codec'];
  /** Topics to hear for a device. */
  topics(address: string): string[];
  /** A message on one of these topics. Momentary actions in a retained message are in the past: not reported. */
  decode(address: string, topic: string, payload: Uint8Array, isRetained: boolean): DeviceReport[];
  unlock(address: string): SiteMessage;
  lock(address: string): SiteMessage;
  /** Asks the lock for its state. */
  readLock(address: string): SiteMessage;
  /** Makes the device show itself (blink, beep). */
  identify(address: string): SiteMessage;
  /** Tells the reader what became of a presentation; empty where the reader cannot be told. */
  answer(address: string, presentation: Presentation, decision: AccessDecision): SiteMessage[];
}
