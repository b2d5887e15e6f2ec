import type { AudienceCode, EffectiveWindow } from '@mitoyen/domain';

/** An audience as hours are compared: everybody's of it, or that part which is the public of one structure. */
export const publicOf = (audience: AudienceCode, structureId: string | null): string =>
  structureId === null ? audience : `${audience} ${structureId}`;

/** What `publicOf` was made from. */
export function partsOfPublic(of: string): { readonly audience: AudienceCode; readonly structureId: string | null } {
  const [audience = '', structureId = null] = of.split(' ');
  return { audience, structureId };
}

/**
 * The hours of every public: each window once for everybody of its audience and once for the public of each structure given, but the
 * windows agreed with a structure for its own public only. So an agreement takes time from everybody else of the same audience too.
 */
export function hoursByPublic(
  windows: readonly EffectiveWindow[],
  structureIds: ReadonlySet<string>,
): EffectiveWindow[] {
  return windows.flatMap((window) => {
    const { audience, use } = window;
    if (use.kind === 'agreed') return [{ ...window, audience: publicOf(audience, use.partnerStructureId) }];
    return [window, ...[...structureIds].map((id) => ({ ...window, audience: publicOf(audience, id) }))];
  });
}
