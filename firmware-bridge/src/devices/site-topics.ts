import type { AccessDecision, CredentialKind } from '@mitoyen/domain';

/** The bridge's own topics on the site's broker. It only speaks there: nothing that is said to them does anything. */
const BASE = 'mitoyen';

/** `online` or `offline`, retained; also the bridge's last will. */
export const BRIDGE_STATUS_TOPIC = `${BASE}/bridge/status`;

/** Where a display beside the door reads what became of a credential. Says nothing about the holder. */
export const doorDisplayTopic = (doorId: string): string => `${BASE}/doors/${doorId}/decision`;

/** `LOCKED`, `UNLOCKED`, `JAMMED` or `UNKNOWN`, retained. */
export const doorLockTopic = (doorId: string): string => `${BASE}/doors/${doorId}/lock`;

/** `OPEN` or `CLOSED`, retained. */
export const doorContactTopic = (doorId: string): string => `${BASE}/doors/${doorId}/contact`;

/** `ON` or `OFF` (motion), a count (people), retained. */
export const sensorTopic = (deviceId: string, kind: 'motion' | 'people'): string =>
  `${BASE}/sensors/${deviceId}/${kind}`;

/** Payload of `doorDisplayTopic`. `at`: when it will open (`not_yet`), when it ended (`ended`), when PINs are taken again. */
export interface DoorDisplay {
  readonly kind: CredentialKind;
  readonly granted: boolean;
  readonly reason: AccessDecision['reason'];
  readonly at?: number;
}
