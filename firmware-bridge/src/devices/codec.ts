import type { AccessDecision } from '@mitoyen/domain';
import type {
  ConfigProblem,
  ConfigProblemCode,
  DeviceConfig,
  DeviceKind,
  LockSource,
  LockState,
  ReadingKind,
} from '@mitoyen/protocol';

/** A message on the site's broker, in the hardware's own dialect. Always QoS 0, never retained: a command that waits is stale. */
export interface SiteMessage {
  readonly topic: string;
  readonly payload: string;
}

/** What was heard on the site's broker. Hostile input. */
export interface Heard {
  readonly topic: string;
  readonly text: string;
  /** It lay on the broker: a state still holds, a momentary action is in the past. */
  readonly isRetained: boolean;
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
  | { readonly type: 'lock'; readonly state: Exclude<LockState, 'silent' | 'unreported'> }
  /** The lock was moved, or refused a code, by its own means. `slot`: whose code of its own list, where it says so. */
  | {
      readonly type: 'operated';
      readonly what: 'unlocked' | 'locked' | 'refused';
      readonly source: LockSource;
      readonly slot: number | null;
    }
  /** Whether a slot of the lock's own list of codes is taken. */
  | { readonly type: 'pin_slot'; readonly slot: number; readonly isUsed: boolean }
  | { readonly type: 'contact'; readonly isClosed: boolean }
  | { readonly type: 'reading'; readonly kind: Exclude<ReadingKind, 'contact'>; readonly value: number }
  | { readonly type: 'availability'; readonly isOnline: boolean }
  /** A retained order lies on the broker, and would be carried out at every restart of the hardware. */
  | { readonly type: 'retained_order'; readonly topic: string };

/** How a lock of a family is moved. An empty list: this hardware cannot be told so. */
export interface LockDialect {
  /**
   * Opens. Hardware that can lock by itself is told to, so that a dead bridge leaves no door open.
   * @param relockAfterMs 0: it is to stay open.
   */
  unlock(device: DeviceConfig, relockAfterMs: number): SiteMessage[];
  lock(device: DeviceConfig): SiteMessage[];
  /** Asks for its state. */
  ask(device: DeviceConfig): SiteMessage[];
  /** What it says of itself afterwards. Of what it does not say, nobody pretends to know. */
  reports(device: DeviceConfig): { readonly unlocked: boolean; readonly locked: boolean };
}

/** The list of codes in a lock's own keypad. */
export interface PinDialect {
  set(device: DeviceConfig, slot: number, pin: string): SiteMessage[];
  clear(device: DeviceConfig, slot: number): SiteMessage[];
  /** Asks for one; answered by `pin_slot`. */
  ask(device: DeviceConfig, slot: number): SiteMessage[];
}

/** A device that could be adopted, as its own messages tell. */
export interface Sighting {
  readonly address: string;
  readonly name?: string | undefined;
  readonly vendor?: string | undefined;
  readonly model?: string | undefined;
  /** What it may be adopted as, the likeliest first. */
  readonly kinds?: readonly DeviceKind[];
  /** Settings that it would be adopted with. */
  readonly config?: Record<string, unknown>;
  readonly problem?: ConfigProblem;
  /** What it said in this very message. */
  readonly reports?: readonly DeviceReport[];
  /** It took its announcement back. */
  readonly isGone?: boolean;
}

/** One hardware family: the only place that knows its topics and payloads. Nothing that is heard makes it throw. */
export interface Codec {
  readonly name: string;
  /** What hardware of this family can serve as. */
  readonly kinds: readonly DeviceKind[];
  /** What is wrong with a device's address or settings, before anything is said to it. */
  check(device: DeviceConfig): ConfigProblem | null;
  /** Topics to hear for a device, without wildcards. */
  topics(device: DeviceConfig): string[];
  /** A message on one of these topics. Momentary actions in a retained message are not reported. */
  decode(device: DeviceConfig, heard: Heard): DeviceReport[];
  readonly lock: LockDialect | null;
  readonly pins: PinDialect | null;
  /** Makes the device show itself (blink, beep); empty where it cannot. */
  identify(device: DeviceConfig): SiteMessage[];
  /** Tells the reader what became of a presentation; empty where the reader cannot be told. */
  answer(device: DeviceConfig, presentation: Presentation, decision: AccessDecision): SiteMessage[];
  /** Filters that hear every device of the family, and what such a message tells of them. */
  readonly discovery: { readonly filters: readonly string[]; see(heard: Heard): Sighting[] };
}

/** Parameters may quote what a stranger wrote: cut, so that they fit the report. */
const MAX_PARAM_LENGTH = 300;

export const problem = (code: ConfigProblemCode, params: Record<string, string> = {}): ConfigProblem => ({
  code,
  params: Object.fromEntries(Object.entries(params).map(([name, value]) => [name, value.slice(0, MAX_PARAM_LENGTH)])),
});
