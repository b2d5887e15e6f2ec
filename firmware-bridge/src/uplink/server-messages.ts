import type { KeyObject } from 'node:crypto';
import {
  type BRIDGE_KINDS,
  encodeMessage,
  type MessageKind,
  type Messages,
  type Parsed,
  PROTOCOL_VERSION,
  parseMessage,
  publicKeyFromText,
  type SiteConfig,
  type TrustedKeys,
} from '@mitoyen/protocol';
import type { SiteTime } from '../clock/site-time.ts';
import type { BridgeConfig } from '../config.ts';

/** Fields that this class fills in. */
type Filled = 'v' | 'networkId' | 'siteId' | 'bridgeId' | 'bootId';
export type BridgeMessageKind = (typeof BRIDGE_KINDS)[number];
export type Unfilled<K extends BridgeMessageKind> = Omit<Messages[K], Filled> & { bootId?: string };

/** Opens what the server signed, and signs what this bridge says. */
export class ServerMessages {
  readonly #config: BridgeConfig;
  readonly #time: SiteTime;
  readonly #bootId: string;
  #rotated: readonly { kid: string; key: KeyObject; until: number | null }[] = [];
  #publish: (kind: BridgeMessageKind, payload: string) => boolean = () => false;

  constructor(config: BridgeConfig, time: SiteTime, bootId: string) {
    this.#config = config;
    this.#time = time;
    this.#bootId = bootId;
  }

  /** The uplink says how to publish. False: not connected, and nothing was queued. */
  publishThrough(publish: (kind: BridgeMessageKind, payload: string) => boolean): void {
    this.#publish = publish;
  }

  /** Keys that a signed configuration told us to trust beside those of the enrolment. */
  trustKeysOf(config: SiteConfig): void {
    this.#rotated = (config.serverKeys ?? []).map(({ kid, publicKey, until }) => ({
      kid,
      key: publicKeyFromText(publicKey),
      until,
    }));
  }

  open<K extends MessageKind>(kind: K, payload: Uint8Array): Parsed<Messages[K]> {
    return parseMessage(kind, payload, this.#trusted(), this.#config);
  }

  encode<K extends BridgeMessageKind>(kind: K, message: Unfilled<K>): string {
    const whole = {
      v: PROTOCOL_VERSION,
      networkId: this.#config.networkId,
      siteId: this.#config.siteId,
      bridgeId: this.#config.bridgeId,
      bootId: this.#bootId,
      ...message,
    };
    return encodeMessage(kind, whole as unknown as Messages[K], this.#config.bridgeKey);
  }

  /** Signs and publishes now, or returns false: nothing is ever queued for later. */
  send<K extends BridgeMessageKind>(kind: K, message: Unfilled<K>): boolean {
    return this.#publish(kind, this.encode(kind, message));
  }

  #trusted(): TrustedKeys {
    if (this.#rotated.length === 0) return this.#config.serverKeys;
    const now = this.#time.now();
    const rotated = this.#rotated.filter(({ until }) => until === null || now < until);
    return new Map([...this.#config.serverKeys, ...rotated.map(({ kid, key }) => [kid, key] as const)]);
  }
}
