import { setTimeout as wait } from 'node:timers/promises';
import type { Answer, Problem } from '#lib/api/types.ts';
import { type Api, problemOf } from './api.ts';

/** A bridge answers within a second when it is on line; a command expires in some seconds and never acts after that. */
const POLL_MS = 300;
const POLLS = 30;

type Command = Answer<'/api/v1/commands/{id}', 'get'>;

export type CommandOutcome =
  | { outcome: Exclude<Command['outcome'], 'pending'>; reason: string | null; problem?: undefined }
  | { problem: Problem };

/** Waits for what the door did, so that the page tells it also where there is no script. */
export async function outcomeOf(api: Api, commandId: string): Promise<CommandOutcome> {
  for (let poll = 0; poll < POLLS; poll += 1) {
    await wait(POLL_MS);
    const command = await api.GET('/api/v1/commands/{id}', { params: { path: { id: commandId } } });
    if (!command.data) return { problem: problemOf(command) };
    const { outcome, reason } = command.data;
    if (outcome !== 'pending') return { outcome, reason };
  }
  return { outcome: 'expired', reason: null };
}
