import type { Database, Vault } from '@mitoyen/db';
import type { Clock } from '@mitoyen/domain';
import type { Command, SigningKey } from '@mitoyen/protocol';
import type { Config } from './config.ts';
import type { ScheduleStore } from './schedule/schedule-store.ts';

/** Cryptographic randomness, injected so that tests can repeat themselves. */
export type RandomBytes = (size: number) => Uint8Array;

/** Structured log: facts first, then what happened. */
export interface Log {
  info(facts: object | string, message?: string): void;
  warn(facts: object, message: string): void;
  error(facts: object, message: string): void;
}

/** The way to the doors: the broker in service, nothing in a tool that has none. */
export interface DoorGateway {
  /** A command is published only while connected: client libraries keep offline queues that do not age a message. */
  isConnected(): boolean;
  /** Signs and publishes, never retained. Does nothing when the connection was lost meanwhile: the command then expires. */
  sendCommand(command: Command): Promise<void>;
}

/** What every operation may use beside its transaction. Made once per process in `main.ts`, and once per test. */
export interface Services {
  readonly config: Config;
  readonly db: Database;
  readonly vault: Vault;
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly signingKey: SigningKey;
  readonly doors: DoorGateway;
  /** The hours of places, compiled. */
  readonly schedules: ScheduleStore;
}
