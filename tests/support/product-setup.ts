import type { TestProject } from 'vitest/node';
import { startProduct } from './product.ts';

/** Vitest's global setup of the journeys: one product for all of them, since its start is the slowest thing there is. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { stop: _stop, remove, ...product } = await startProduct();
  project.provide('product', product);
  return remove;
}
