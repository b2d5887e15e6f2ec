import type { Tx } from '@mitoyen/db';
import type { Instant } from '@mitoyen/domain';
import type { Actor } from './authorisation.ts';
import { type Locale, RefusalError } from './problems.ts';
import type { Services } from './services.ts';

/** What an operation works with: one transaction of one network, one instant, one caller. */
export interface Context {
  readonly services: Services;
  readonly tx: Tx;
  readonly networkId: string;
  readonly now: Instant;
  readonly locale: Locale;
  readonly actor: Actor | null;
  /** Runs once the transaction has committed: what must not happen when it rolls back. */
  afterCommit(work: () => Promise<void> | void): void;
}

/** For routes that the table opens to accounts only: the gate has already turned visitors away. */
export function signedIn(context: Context): Actor {
  if (context.actor === null) throw new RefusalError('auth.required');
  return context.actor;
}
