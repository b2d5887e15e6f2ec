import { constraintViolation, type Tx } from '@mitoyen/db';

/** What still depends on something: what kind, how many, and for bookings when the first begins (ISO 8601). */
export interface InTheWay {
  readonly kind: 'bookings' | 'hours' | 'resources' | 'devices' | 'spaces' | 'sites' | 'staff' | 'records';
  readonly count: number;
  readonly firstAt?: string;
}

/** PostgreSQL: a row that another refers to was to go. */
const FOREIGN_KEY_VIOLATION = '23503';

/**
 * Deletes where nothing refers to it. False: something does, and nothing was changed. The database knows every reference; a list kept
 * here would forget the next one.
 */
export async function removedEntirely(tx: Tx, remove: (tx: Tx) => Promise<void>): Promise<boolean> {
  try {
    await tx.transaction(remove);
    return true;
  } catch (error) {
    if (constraintViolation(error)?.code === FOREIGN_KEY_VIOLATION) return false;
    throw error;
  }
}
