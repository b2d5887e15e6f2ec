import { allocateMinor, mulDiv, sumMinor } from '../money/money.ts';

/**
 * How one subscription is shared over the places of a network (the badge that opens many): a part for who sold it and
 * looks after the member, a part for the network's common costs, the rest to the places by how they were used.
 */
export interface PassSharing {
  /** Basis points of the price without VAT. Together 10,000 at most. */
  readonly sellerBp: number;
  readonly networkBp: number;
  readonly by: 'minutes' | 'visits';
  /** Where the rest goes when the member was nowhere: to the seller, or to the network. */
  readonly unused: 'seller' | 'network';
}

export interface PassUse {
  readonly structureId: string;
  readonly minutes: number;
}

export interface PassShares {
  readonly sellerMinor: number;
  readonly networkMinor: number;
  /** By structure id; the seller too, for its own places. */
  readonly places: readonly { readonly structureId: string; readonly minor: number }[];
}

/**
 * The shares of one period of one pass: always the price, to the cent. Parts in percent round half up; the places share
 * what is left by the largest remainder, the first id among equals.
 * @throws RangeError when the parts in percent are more than the whole.
 */
export function sharePass(priceMinor: number, sharing: PassSharing, uses: readonly PassUse[]): PassShares {
  if (sharing.sellerBp < 0 || sharing.networkBp < 0 || sharing.sellerBp + sharing.networkBp > 10_000) {
    throw new RangeError('the parts of a pass are more than the pass');
  }
  const sellerMinor = mulDiv(priceMinor, sharing.sellerBp, 10_000);
  // Both could round up.
  const networkMinor = Math.min(mulDiv(priceMinor, sharing.networkBp, 10_000), priceMinor - sellerMinor);
  const rest = priceMinor - sellerMinor - networkMinor;
  const weights = [...Map.groupBy(uses, ({ structureId }) => structureId)]
    .map(([structureId, of]) => ({
      structureId,
      weight: sharing.by === 'visits' ? of.length : sumMinor(of.map(({ minutes }) => minutes)),
    }))
    .filter(({ weight }) => weight > 0)
    .sort((a, b) => (a.structureId < b.structureId ? -1 : 1));
  if (weights.length === 0) {
    const isSeller = sharing.unused === 'seller';
    return {
      sellerMinor: sellerMinor + (isSeller ? rest : 0),
      networkMinor: networkMinor + (isSeller ? 0 : rest),
      places: [],
    };
  }
  const shares = allocateMinor(
    rest,
    weights.map(({ weight }) => weight),
  );
  return {
    sellerMinor,
    networkMinor,
    places: weights.map(({ structureId }, index) => ({ structureId, minor: shares[index] as number })),
  };
}
