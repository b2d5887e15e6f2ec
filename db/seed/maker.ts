import { bookingReference, ID_RANDOM_BYTES, type Instant, newId, REFERENCE_RANDOM_BYTES } from '@mitoyen/domain';
import type { SeededRandom } from './random.ts';

/** What every part of the seed needs: whose rows these are, the moment, and new names for things. */
export interface Maker {
  readonly networkId: string;
  readonly now: Instant;
  id(at: Instant): string;
  /** Unique among those made here. */
  reference(): string;
}

export function createMaker(random: SeededRandom, now: Instant): Maker {
  const references = new Set<string>();
  const id = (at: Instant) => newId(at, random.bytes(ID_RANDOM_BYTES));
  return {
    networkId: id(now),
    now,
    id,
    reference() {
      let reference = bookingReference(random.bytes(REFERENCE_RANDOM_BYTES));
      while (references.has(reference)) reference = bookingReference(random.bytes(REFERENCE_RANDOM_BYTES));
      references.add(reference);
      return reference;
    },
  };
}
