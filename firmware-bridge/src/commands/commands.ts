import type { DoorMode } from '@mitoyen/domain';
import {
  type Command,
  type CommandRefusal,
  type CommandState,
  MAX_COMMAND_LIFE_MS,
  type ProtocolRefusal,
} from '@mitoyen/protocol';
import type { SiteTime } from '../clock/site-time.ts';
import type { TimeSource } from '../clock/time-source.ts';
import type { SiteLink } from '../devices/site-link.ts';
import type { Doors } from '../doors/doors.ts';
import type { Site } from '../doors/site.ts';
import type { BridgeBus, Part } from '../events.ts';
import type { Grants } from '../grants/grants.ts';
import type { Journal } from '../store/journal.ts';
import type { Store } from '../store/store.ts';
import type { ServerMessages } from '../uplink/server-messages.ts';

/** Clocks of server and bridge may differ by this much before a command looks as if it came from the future. */
const CLOCK_SKEW_MS = 5_000;

/** Forgeries beyond this many a minute are dropped without a line in the journal: they must not fill the disk. */
const FORGERIES_JOURNALLED_A_MINUTE = 20;

const MODE_OF: Readonly<Partial<Record<Command['action'], DoorMode>>> = {
  lockdown: 'locked_down',
  release: 'released',
  normal: 'normal',
};

const NEEDS_DOOR: ReadonlySet<Command['action']> = new Set(['unlock', 'lock', 'identify']);

const REFUSAL_OF: Readonly<Record<ProtocolRefusal, CommandRefusal>> = {
  too_large: 'malformed',
  not_json: 'malformed',
  unknown_version: 'malformed',
  malformed: 'malformed',
  unknown_key: 'unknown_key',
  bad_signature: 'bad_signature',
  foreign_site: 'foreign_site',
};

/** Remote commands: signed, bound to this boot, ten seconds to live, acting once. */
export class Commands implements Part {
  readonly #store: Store;
  readonly #journal: Journal;
  readonly #time: SiteTime;
  readonly #source: TimeSource;
  readonly #bus: BridgeBus;
  readonly #messages: ServerMessages;
  readonly #site: Site;
  readonly #doors: Doors;
  readonly #grants: Grants;
  readonly #link: SiteLink;
  /** Unlocks that the lock has not answered. */
  readonly #underWay = new Map<string, Command>();
  #forgeries = { minute: 0, count: 0 };

  constructor(parts: {
    store: Store;
    journal: Journal;
    time: SiteTime;
    source: TimeSource;
    bus: BridgeBus;
    messages: ServerMessages;
    site: Site;
    doors: Doors;
    grants: Grants;
    link: SiteLink;
  }) {
    this.#store = parts.store;
    this.#journal = parts.journal;
    this.#time = parts.time;
    this.#source = parts.source;
    this.#bus = parts.bus;
    this.#messages = parts.messages;
    this.#site = parts.site;
    this.#doors = parts.doors;
    this.#grants = parts.grants;
    this.#link = parts.link;
  }

  start(): void {
    this.#bus.on('serverMessage', (kind, payload, isRetained) => {
      if (kind === 'commands') this.#take(payload, isRetained);
    });
    this.#bus.on('commandOutcome', (commandId, doorId, state) => this.#settle(commandId, doorId, state));
  }

  stop(): void {}

  /** What the lock did in the name of a command; that the door was opened then is an event of the door's own. */
  #settle(commandId: string, doorId: string, state: CommandState): void {
    const command = this.#underWay.get(commandId);
    if (command !== undefined && state !== 'door_opened') {
      this.#underWay.delete(commandId);
      const { action, actor, bookingId = null } = command;
      this.#journal.record({ kind: 'command', commandId, action, state, actor, bookingId, doorId }, () =>
        this.#store.setCommandState(commandId, state),
      );
    } else {
      this.#store.setCommandState(commandId, state);
    }
    this.#answer(commandId, doorId, state);
  }

  #take(payload: Uint8Array, isRetained: boolean): void {
    const opened = this.#messages.open('commands', payload);
    if (!opened.ok) {
      this.#refuseForgery(REFUSAL_OF[opened.reason]);
      return;
    }
    const command = opened.value;
    const first = this.#store.commandById(command.id);
    if (first !== null && !isRetained) {
      this.#answer(command.id, command.doorId, first.state, first.reason ?? undefined, true);
      return;
    }
    const refusal = isRetained ? 'retained' : this.#refusalOf(command);
    if (refusal !== null) {
      this.#refuse(command, refusal);
      return;
    }
    this.#carryOut(command);
  }

  #refusalOf(command: Command): CommandRefusal | null {
    if (command.bootId !== this.#journal.bootId) return 'wrong_boot';
    if (this.#store.isNonceSeen(command.nonce)) return 'replayed';
    // Its age cannot be told. A beacon follows every connection, so this lasts no longer than one.
    if (this.#time.trust === 'unknown') return 'clock_unknown';
    const now = this.#time.now();
    const isTooLong = command.expiresAt - command.issuedAt > MAX_COMMAND_LIFE_MS;
    if (now >= command.expiresAt || isTooLong || command.issuedAt > now + CLOCK_SKEW_MS) return 'expired';
    if (command.doorId === null ? NEEDS_DOOR.has(command.action) : !this.#site.doors.has(command.doorId)) {
      return 'unknown_door';
    }
    const isLockedDown = command.doorId !== null && this.#site.mode(command.doorId) === 'locked_down';
    return command.action === 'unlock' && isLockedDown ? 'door_mode' : null;
  }

  /** The nonce is on disk, and the journal says so, before anything moves. */
  #carryOut(command: Command): void {
    const { action, doorId } = command;
    const mode = MODE_OF[action];
    const doorIds = doorId === null ? [...this.#site.doors.keys()] : [doorId];
    const sequence = this.#journal.record(
      {
        kind: 'command',
        commandId: command.id,
        action,
        state: 'accepted',
        actor: command.actor,
        bookingId: command.bookingId ?? null,
        ...(doorId === null ? {} : { doorId }),
      },
      () => {
        this.#store.saveCommand(command, this.#time.now(), 'accepted', null);
        if (action === 'unlock' && doorId !== null) this.#doors.oweRelockFor(doorId);
        if (mode !== undefined) for (const id of doorIds) this.#site.setMode(id, mode, command.issuedAt);
      },
    );
    if (action === 'unlock') this.#underWay.set(command.id, command);
    if (action === 'unlock' && doorId !== null) this.#doors.unlockByCommand(doorId, command.id, sequence);
    if (action === 'lock' && doorId !== null) this.#doors.lockNow(doorId);
    if (mode !== undefined) for (const id of doorIds) this.#doors.obeyMode(id, mode);
    if (action === 'identify' && doorId !== null) this.#identify(doorId);
    if (action === 'resync') this.#grants.ask('resync');
    // An unlock that could not even be said has its outcome already.
    if (this.#store.commandById(command.id)?.state === 'accepted') this.#answer(command.id, doorId, 'accepted');
  }

  #identify(doorId: string): void {
    const reader = this.#site.device(doorId, 'reader') ?? this.#site.device(doorId, 'lock');
    if (reader !== undefined) this.#link.say(reader, (codec) => codec.identify(reader.address));
  }

  /** The refusal is remembered too: a command refused for want of a clock must not act when it is played again. */
  #refuse(command: Command, reason: CommandRefusal): void {
    const isKnown = this.#store.commandById(command.id) !== null || this.#store.isNonceSeen(command.nonce);
    this.#journal.record(
      {
        kind: 'command',
        commandId: command.id,
        action: command.action,
        state: 'refused',
        reason,
        actor: command.actor,
        ...(command.doorId === null ? {} : { doorId: command.doorId }),
      },
      () => {
        if (!isKnown) this.#store.saveCommand(command, this.#time.now(), 'refused', reason);
      },
    );
    this.#answer(command.id, command.doorId, 'refused', reason);
  }

  /** Nobody trustworthy sent it: there is nobody to answer, and no id worth believing. */
  #refuseForgery(reason: CommandRefusal): void {
    const minute = Math.floor(this.#source.monotonicMs() / 60_000);
    if (this.#forgeries.minute !== minute) this.#forgeries = { minute, count: 0 };
    this.#forgeries.count++;
    if (this.#forgeries.count > FORGERIES_JOURNALLED_A_MINUTE) return;
    this.#journal.record({ kind: 'command', commandId: null, state: 'refused', reason });
  }

  #answer(
    commandId: string,
    doorId: string | null,
    state: CommandState,
    reason?: CommandRefusal,
    isRepeat = false,
  ): void {
    this.#messages.send('commands/result', {
      commandId,
      doorId,
      state,
      ...(reason === undefined ? {} : { reason }),
      isRepeat,
      at: this.#time.now(),
    });
  }
}
