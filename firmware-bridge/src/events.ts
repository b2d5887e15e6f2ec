import { EventEmitter } from 'node:events';
import type { AccessDecision, CredentialKind, GrantSet } from '@mitoyen/domain';
import type { CommandState, DeviceConfig, LockState, MessageKind, SiteConfig } from '@mitoyen/protocol';
import type { DeviceReport } from './devices/codec.ts';

/** What the parts of a bridge tell each other. Listeners run at once, in the order in which the parts were started. */
export interface BridgeEvents {
  /** A device of this site said something. */
  report: [device: DeviceConfig, report: DeviceReport];
  /** Doors and devices of the site are known, or changed. */
  configChanged: [config: SiteConfig];
  /** A newer grant set is on disk. */
  grantsChanged: [set: GrantSet];
  /** A credential was decided upon, and the lock told where it was granted. */
  decided: [doorId: string, kind: CredentialKind, decision: AccessDecision];
  /** What became of a lock that a command had moved. */
  commandOutcome: [commandId: string, doorId: string, state: CommandState];
  clockTrustChanged: [];
  /** Something new is on disk for the server. */
  recorded: [stream: 'events' | 'readings'];
  /** The server's broker is reached and our topics are subscribed. */
  uplinkReady: [];
  uplinkLost: [];
  /** A message of the server, not yet checked. */
  serverMessage: [kind: MessageKind, payload: Uint8Array, isRetained: boolean];
  /** The site's broker is reached and the devices' topics are subscribed. */
  siteReady: [];
  /** The site's broker is not to be had. */
  siteLost: [why: 'unreachable' | 'refuses'];
  /** An announcement of ours, of this boot or another, lies on the site's broker. */
  ownAnnouncement: [topic: string];
  /** How the lock of a door stands, as far as anybody knows. */
  lockState: [doorId: string, state: LockState];
  contactState: [doorId: string, isClosed: boolean];
  /** Somebody tries a device: what it says next is news, also when it says what it said before. */
  tried: [deviceId: string];
  /** The host wants to know what is around, now. */
  look: [];
}

export type BridgeBus = EventEmitter<BridgeEvents>;

export const createBus = (): BridgeBus => new EventEmitter<BridgeEvents>();

/** A part of the bridge. `start` may be called once, `stop` at any time after it. */
export interface Part {
  start(): void | Promise<void>;
  stop(): void | Promise<void>;
}
