import type { Context } from '../../context.ts';
import { type Result, refuse } from '../../problems.ts';

/** Under way. */
export async function previewChange(_context: Context, _slug: string, _input: unknown): Promise<Result<never>> {
  return refuse('service.unavailable');
}
