import type { KeyObject } from 'node:crypto';
import type { DoorMode } from '@mitoyen/domain';
import {
  type Command,
  type CommandRefusal,
  type CommandResult,
  type CommandState,
  type DeviceConfig,
  MAX_COMMAND_LIFE_MS,
  openPin,
  type ProtocolRefusal,
} from '@mitoyen/protocol';
import type { SiteTime } from '../clock/site-time.ts';
import type { Cancel, TimeSource } from '../clock/time-source.ts';
import type { DeviceReport } from '../devices/codec.ts';
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

/** These speak to a device, by its own id; `identify` may also name a door. */
const NEEDS_DEVICE: ReadonlySet<Command['action']> = new Set(['test', 'set_pin', 'clear_pin']);

/** Whoever tries a device has this long to walk past it. */
const TRIED_WITHIN_MS = 60_000;

/** A lock answers a change of its list of codes within this time, or is of those that never do. */
const PIN_ANSWERS_WITHIN_MS = 10_000;

const REFUSAL_OF: Readonly<Record<ProtocolRefusal, CommandRefusal>> = {
  too_large: 'malformed',
  not_json: 'malformed',
  unknown_version: 'malformed',
  malformed: 'malformed',
  unknown_key: 'unknown_key',
  bad_signature: 'bad_signature',
  foreign_site: 'foreign_site',
};

/** A command that waits for the word of a device. */
interface Awaited {
  readonly command: Command;
  readonly deviceId: string;
  readonly cancel: Cancel;
  /** What the command is answered when it is this that was awaited; null: go on waiting. */
  ends(report: DeviceReport): Pick<CommandResult, 'state' | 'heard'> | null;
}

/** Remote commands: signed, bound to this boot, ten seconds to live, acting once. */
export class Commands implements Part {
  readonly #siteKey: KeyObject;
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
  /** Commands that end with what a device says next. */
  readonly #awaited = new Map<string, Awaited>();
  #forgeries = { minute: 0, count: 0 };

  constructor(parts: {
    siteKey: KeyObject;
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
    this.#siteKey = parts.siteKey;
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
    this.#bus.on('report', (device, report) => this.#hear(device, report));
  }

  stop(): void {
    for (const { cancel } of this.#awaited.values()) cancel();
  }

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
      const { state, reason } = first;
      this.#answer(command.id, command.doorId, state, { ...(reason === null ? {} : { reason }), isRepeat: true });
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
    const ofDevice = this.#deviceRefusalOf(command);
    if (ofDevice !== undefined) return ofDevice;
    if (command.doorId === null ? NEEDS_DOOR.has(command.action) : !this.#site.doors.has(command.doorId)) {
      return 'unknown_door';
    }
    const isLockedDown = command.doorId !== null && this.#site.mode(command.doorId) === 'locked_down';
    return command.action === 'unlock' && isLockedDown ? 'door_mode' : null;
  }

  /** Undefined: it is about a door or the site. */
  #deviceRefusalOf(command: Command): CommandRefusal | null | undefined {
    const { action, deviceId = null, slot } = command;
    if (!NEEDS_DEVICE.has(action) && !(action === 'identify' && deviceId !== null)) return undefined;
    const device = deviceId === null ? undefined : this.#site.deviceById(deviceId);
    if (device === undefined) return 'unknown_device';
    const codec = this.#link.codecOf(device);
    if (codec === undefined) return 'not_supported';
    if (action === 'identify') return codec.identify(device).length === 0 ? 'not_supported' : null;
    if (action === 'test') return null;
    if (codec.pins === null || device.kind !== 'lock') return 'not_supported';
    if (slot === undefined) return 'malformed';
    return action === 'set_pin' && this.#pinOf(command) === null ? 'malformed' : null;
  }

  #pinOf({ id: commandId, deviceId, slot, sealedPin }: Command): string | null {
    if (!deviceId || slot === undefined || sealedPin === undefined) return null;
    return openPin(this.#siteKey, { commandId, deviceId, slot }, sealedPin);
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
        ...(command.deviceId ? { deviceId: command.deviceId } : {}),
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
    if (action === 'resync') this.#grants.ask('resync');
    if (action === 'look') this.#bus.emit('look');
    this.#speakToDevice(command);
    // An unlock that could not even be said has its outcome already.
    if (this.#store.commandById(command.id)?.state === 'accepted') this.#answer(command.id, doorId, 'accepted');
  }

  #speakToDevice(command: Command): void {
    const device = this.#deviceOf(command);
    if (device === undefined) return;
    const { slot = 0 } = command;
    switch (command.action) {
      case 'identify':
        this.#link.say(device, (codec) => codec.identify(device));
        return;
      case 'test':
        this.#bus.emit('tried', device.id);
        this.#link.say(device, (codec) => [...codec.identify(device), ...(codec.lock?.ask(device) ?? [])]);
        this.#await(command, device, TRIED_WITHIN_MS, 'device_silent', (report) => {
          const heard = heardOf(report);
          return heard === null ? null : { state: 'heard', heard };
        });
        return;
      case 'set_pin':
      case 'clear_pin': {
        const pin = this.#pinOf(command);
        const isUsed = command.action === 'set_pin';
        this.#link.say(device, ({ pins }) => {
          if (pins === null) return [];
          const change = isUsed ? pins.set(device, slot, pin ?? '') : pins.clear(device, slot);
          return [...change, ...pins.ask(device, slot)];
        });
        this.#await(command, device, PIN_ANSWERS_WITHIN_MS, 'told', (report) =>
          report.type === 'pin_slot' && report.slot === slot && report.isUsed === isUsed ? { state: 'actuated' } : null,
        );
      }
    }
  }

  #deviceOf({ action, doorId, deviceId }: Command): DeviceConfig | undefined {
    if (deviceId) return this.#site.deviceById(deviceId);
    if (action !== 'identify' || doorId === null) return undefined;
    return this.#site.device(doorId, 'reader') ?? this.#site.device(doorId, 'lock');
  }

  #await(
    command: Command,
    device: DeviceConfig,
    withinMs: number,
    otherwise: CommandState,
    ends: Awaited['ends'],
  ): void {
    const cancel = this.#source.after(withinMs, () => this.#end(command, { state: otherwise }));
    this.#awaited.set(command.id, { command, deviceId: device.id, cancel, ends });
  }

  #hear(device: DeviceConfig, report: DeviceReport): void {
    for (const { command, deviceId, cancel, ends } of this.#awaited.values()) {
      const end = deviceId === device.id ? ends(report) : null;
      if (end === null) continue;
      cancel();
      this.#end(command, end);
    }
  }

  #end(command: Command, { state, heard }: Pick<CommandResult, 'state' | 'heard'>): void {
    this.#awaited.delete(command.id);
    const { action, actor, doorId, deviceId } = command;
    const at = { ...(doorId === null ? {} : { doorId }), ...(deviceId ? { deviceId } : {}) };
    this.#journal.record({ kind: 'command', commandId: command.id, action, state, actor, ...at }, () =>
      this.#store.setCommandState(command.id, state),
    );
    this.#answer(command.id, doorId, state, heard === undefined ? {} : { heard });
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
    this.#answer(command.id, command.doorId, 'refused', { reason });
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
    rest: Partial<Pick<CommandResult, 'reason' | 'heard' | 'isRepeat'>> = {},
  ): void {
    this.#messages.send('commands/result', {
      commandId,
      doorId,
      state,
      isRepeat: false,
      ...rest,
      at: this.#time.now(),
    });
  }
}

/** What somebody who tries a device is told that it said. Of a badge or a code only that it was one. */
function heardOf(report: DeviceReport): NonNullable<CommandResult['heard']> | null {
  switch (report.type) {
    case 'reading':
      return { what: report.kind, value: report.value };
    case 'contact':
      return { what: 'contact', value: report.isClosed ? 'closed' : 'open' };
    case 'lock':
      return { what: 'lock', value: report.state };
    case 'operated':
      return { what: 'lock', value: report.what };
    case 'presentation':
      return { what: 'presentation', value: report.kind };
    default:
      return null;
  }
}
