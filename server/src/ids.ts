import { ID_RANDOM_BYTES, type Instant, newId } from '@mitoyen/domain';
import type { Services } from './services.ts';

/** A new id (UUID version 7) of the instant. */
export const makeId = ({ random }: Pick<Services, 'random'>, now: Instant): string =>
  newId(now, random(ID_RANDOM_BYTES));
