import type { EffectiveWindow } from '../hours/types.ts';
import type { Booker } from './types.ts';

/**
 * Whether somebody may book in an opening window: it is their audience's, and where it was agreed with a partner
 * structure, they are of its public. Staff may use any.
 */
export function admits(window: Pick<EffectiveWindow, 'audience' | 'use'>, booker: Booker): boolean {
  if (booker.isStaff) return true;
  if (window.audience !== booker.code) return false;
  return window.use.kind !== 'agreed' || window.use.partnerStructureId === booker.structureId;
}
