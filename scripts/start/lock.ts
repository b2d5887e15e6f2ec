import { randomBytes } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { writeJson } from './files.ts';

/** Who works on a data folder. */
export interface Holder {
  readonly pid: number;
  /** Start time of the process in clock ticks since boot: a process id alone comes back one day. */
  readonly startedAtTicks: string;
  readonly address?: string;
}

export interface Lock {
  /** Tells the next start at which address this one answers. */
  announce(address: string): void;
  release(): void;
}

export type LockResult =
  | {
      readonly ok: true;
      readonly lock: Lock /** The one before was killed: its children may be ending still. */;
      readonly tookOver: boolean;
    }
  | { readonly ok: false; readonly holder: Holder };

/** Takes the lock, over from a holder that is gone; refused while another lives. */
export function takeLock(file: string): LockResult {
  mkdirSync(dirname(file), { recursive: true });
  const me: Holder = { pid: process.pid, startedAtTicks: startTicks(process.pid) ?? '' };
  let tookOver = false;
  for (;;) {
    if (claim(file, me)) return { ok: true, lock: heldLock(file, me), tookOver };
    const holder = readHolder(file);
    if (holder && startTicks(holder.pid) === holder.startedAtTicks) return { ok: false, holder };
    clearStale(file);
    tookOver = true;
  }
}

/** A link appears whole or not at all, and never over an existing one. */
function claim(file: string, me: Holder): boolean {
  const mine = `${file}.${me.pid}.${randomBytes(4).toString('hex')}`;
  writeFileSync(mine, JSON.stringify(me), { mode: 0o600 });
  try {
    linkSync(mine, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(mine, { force: true });
  }
}

/** Two starts may see the same stale lock: the one that then moved away the other's fresh lock puts it back. */
function clearStale(file: string): void {
  const aside = `${file}.stale.${process.pid}`;
  try {
    renameSync(file, aside);
  } catch {
    return;
  }
  const moved = readHolder(aside);
  if (moved && startTicks(moved.pid) === moved.startedAtTicks) {
    try {
      linkSync(aside, file);
    } catch {
      // A third one has it by now.
    }
  }
  rmSync(aside, { force: true });
}

function heldLock(file: string, me: Holder): Lock {
  return {
    announce: (address) => writeJson(file, { ...me, address }),
    release: () => {
      const holder = readHolder(file);
      if (holder?.pid === me.pid && holder.startedAtTicks === me.startedAtTicks) rmSync(file, { force: true });
    },
  };
}

function readHolder(file: string): Holder | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Holder;
  } catch {
    return undefined;
  }
}

/** proc_pid_stat(5), field 22, counted after the command name, which may hold spaces and parentheses. */
function startTicks(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined;
  }
}
