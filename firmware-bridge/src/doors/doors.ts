import type { KeyObject } from 'node:crypto';
import {
  type AccessDecision,
  type AccessRequest,
  countsAsPinFailure,
  type DoorMode,
  decideAccess,
  pinFailuresKeptMs,
  REFERENT_STAYS_MS,
  type ReferentPresence,
} from '@mitoyen/domain';
import { type CommandState, credentialMatch, type DeviceConfig, type LockState } from '@mitoyen/protocol';
import type { SiteTime } from '../clock/site-time.ts';
import type { Cancel, TimeSource } from '../clock/time-source.ts';
import type { DeviceReport, LockDialect, Presentation } from '../devices/codec.ts';
import type { SiteLink } from '../devices/site-link.ts';
import type { BridgeBus, Part } from '../events.ts';
import type { Grants } from '../grants/grants.ts';
import type { Log } from '../log.ts';
import type { Journal } from '../store/journal.ts';
import type { Store } from '../store/store.ts';
import type { Site } from './site.ts';

/** A lock that has said nothing of its state so long after an order is silent. */
const LOCK_ANSWERS_WITHIN_MS = 3_000;

/** Keypads repeat a presentation until they are answered: the same transaction number within this time is the same one. */
const REPEAT_WITHIN_MS = 5_000;

/** A door that was unlocked longer than this ago was not opened by what unlocked it. */
const OPENED_BY_WITHIN_MS = 30_000;

/** What a command is answered once the lock has come to this. */
const OUTCOME_OF: Readonly<Partial<Record<LockState, CommandState>>> = {
  unlocked: 'actuated',
  unreported: 'told',
  jammed: 'jammed',
};

const isStuck = (lock: LockState | null): boolean => lock === 'not_fully_locked' || lock === 'jammed';

/** Who is waiting to hear what the lock did. */
interface Order {
  readonly causeSequence: number;
  readonly commandId: string | null;
  readonly cancel: Cancel;
}

/** What is known of one door in this boot. */
interface DoorState {
  lock: LockState | null;
  isClosed: boolean | null;
  /** Unlock orders that the lock has not answered yet. */
  orders: Order[];
  /** Set while the lock has not answered an order to lock. */
  lockOrder: Cancel | null;
  relock: Cancel | null;
  /** The relock is due, and waits for the door to close: a bolt that comes out of an open door keeps it from closing. */
  relocksOnClose: boolean;
  lastUnlock: { sequence: number; commandId: string | null; monotonic: number } | null;
}

/** Badge or PIN -> decision -> journal -> lock -> what the lock said. */
export class Doors implements Part {
  readonly #siteKey: KeyObject;
  readonly #store: Store;
  readonly #journal: Journal;
  readonly #time: SiteTime;
  readonly #source: TimeSource;
  readonly #bus: BridgeBus;
  readonly #grants: Grants;
  readonly #site: Site;
  readonly #link: SiteLink;
  readonly #log: Log;
  readonly #states = new Map<string, DoorState>();
  readonly #presented = new Map<string, { transaction: number; monotonic: number }>();
  readonly #online = new Map<string, boolean>();
  readonly #modes = new Map<string, DoorMode>();

  constructor(parts: {
    siteKey: KeyObject;
    store: Store;
    journal: Journal;
    time: SiteTime;
    source: TimeSource;
    bus: BridgeBus;
    grants: Grants;
    site: Site;
    link: SiteLink;
    log: Log;
  }) {
    this.#siteKey = parts.siteKey;
    this.#store = parts.store;
    this.#journal = parts.journal;
    this.#time = parts.time;
    this.#source = parts.source;
    this.#bus = parts.bus;
    this.#grants = parts.grants;
    this.#site = parts.site;
    this.#link = parts.link;
    this.#log = parts.log;
  }

  start(): void {
    this.#bus.on('report', (device, report) => this.#hear(device, report));
    this.#bus.on('siteReady', () => this.#resume());
    this.#bus.on('configChanged', () => this.#obeyModes());
    this.#obeyModes();
  }

  stop(): void {
    for (const state of this.#states.values()) {
      state.relock?.();
      state.lockOrder?.();
      for (const order of state.orders) order.cancel();
    }
  }

  /**
   * Unlocks in the name of a command that is already journalled as `causeSequence`. What becomes of it comes as `commandOutcome`.
   */
  unlockByCommand(doorId: string, commandId: string, causeSequence: number): void {
    this.#unlock(doorId, causeSequence, commandId);
  }

  /** Locks now, whatever is waiting. */
  lockNow(doorId: string): void {
    const state = this.#state(doorId);
    state.relock?.();
    state.relock = null;
    state.relocksOnClose = false;
    const lock = this.#site.device(doorId, 'lock');
    if (lock === undefined) return;
    const dialect = this.#dialect(lock);
    if (dialect === undefined || !this.#link.isConnected) return;
    // Unsaid or unanswered, the relock stays owed, and is tried again when the site's broker is back.
    const isSaid = this.#link.say(lock, () => dialect.lock(lock));
    if (!isSaid || !dialect.reports(lock).locked) {
      // It locks by itself, or says nothing of it: there is nothing more that anybody could do.
      this.#store.relocked(doorId);
      this.#become(doorId, 'unreported');
      return;
    }
    state.lockOrder?.();
    state.lockOrder = this.#source.after(LOCK_ANSWERS_WITHIN_MS, () => {
      state.lockOrder = null;
      const failure = isStuck(state.lock) ? 'jammed' : 'silent';
      this.#become(doorId, failure);
      this.#journal.record({ kind: 'lock_state', doorId, deviceId: lock.id, state: failure });
    });
  }

  /** Carries a new mode out at the lock: released doors stand unlocked, others are locked. */
  obeyMode(doorId: string, mode: DoorMode): void {
    this.#modes.set(doorId, mode);
    if (mode !== 'released') {
      this.lockNow(doorId);
      return;
    }
    const state = this.#state(doorId);
    state.relock?.();
    state.relock = null;
    this.#store.relocked(doorId);
    const lock = this.#site.device(doorId, 'lock');
    if (lock !== undefined) this.#link.say(lock, (codec) => codec.lock?.unlock(lock, 0) ?? []);
  }

  #hear(device: DeviceConfig, report: DeviceReport): void {
    if (report.type === 'presentation') {
      this.#present(device, report);
      return;
    }
    if (report.type === 'availability') {
      this.#hearAvailability(device, report.isOnline);
      return;
    }
    if (report.type === 'retained_order') {
      this.#journal.record({ kind: 'bridge', what: 'retained_set_removed', deviceId: device.id });
      return;
    }
    if (device.doorId === null) return;
    if (report.type === 'lock' && device.kind === 'lock') this.#hearLock(device.doorId, device, report.state);
    if (report.type === 'operated' && device.kind === 'lock') this.#hearOperated(device.doorId, device, report);
    if (report.type === 'contact' && device.kind === 'contact') {
      this.#hearContact(device.doorId, device, report.isClosed);
    }
  }

  /** The path that somebody stands in the cold for: nothing is awaited, one commit, the lock is told before anybody else. */
  #present(reader: DeviceConfig, presentation: Presentation): void {
    const { doorId } = reader;
    if (doorId === null || reader.kind !== 'reader' || this.#isRepeat(reader.id, presentation)) return;
    const request: AccessRequest = {
      doorId,
      kind: presentation.kind,
      match: credentialMatch(this.#siteKey, presentation.kind, presentation.value),
      clockTrust: this.#time.trust,
      doorMode: this.#site.mode(doorId),
      recentPinFailures: presentation.kind === 'pin' ? this.#recentPinFailures(doorId) : [],
      referents: this.#referents,
    };
    const at = this.#time.now();
    const decision = this.#decide(request, at);
    const grant = this.#grants.grant(decision.grantId);
    let sequence: number;
    try {
      sequence = this.#journal.record(
        {
          kind: 'access',
          doorId,
          deviceId: reader.id,
          granted: decision.granted,
          reason: decision.reason,
          grantId: decision.grantId,
          bookingId: grant?.bookingId ?? null,
          holderRef: grant?.holderRef ?? null,
          credentialKind: presentation.kind,
        },
        () => {
          if (countsAsPinFailure(request, decision)) this.#store.addPinFailure(doorId, at);
          if (decision.granted) this.#oweRelock(doorId, at);
        },
      );
    } catch (error) {
      // Fail closed: an opening that nobody could ever account for does not happen.
      this.#log.error('not opened: the journal cannot be written', { doorId, error: String(error) });
      return;
    }
    if (decision.granted) {
      if (grant?.isReferent) this.#referentCame(grant.holderRef, at);
      this.#unlock(doorId, sequence, null);
    }
    this.#link.say(reader, (codec) => codec.answer(reader, presentation, decision));
    this.#bus.emit('decided', doorId, presentation.kind, decision);
  }

  /**
   * Referents who opened a door since this boot: with no line to the server it is what the box knows. A box that starts anew knows of
   * none until they badge again, or the server tells it.
   */
  #referents: readonly ReferentPresence[] = [];

  #referentCame(holderRef: string, at: number): void {
    const others = this.#referents.filter((each) => each.holderRef !== holderRef && each.from > at - REFERENT_STAYS_MS);
    this.#referents = [...others, { holderRef, from: at, until: null }];
  }

  #decide(request: AccessRequest, at: number): AccessDecision {
    const index = this.#grants.index;
    if (index !== null) return decideAccess(index, request, at);
    // Before the first snapshot only a door that is released by hand opens.
    if (request.doorMode === 'released') return { granted: true, reason: 'released', grantId: null };
    return { granted: false, reason: 'unknown_door', grantId: null };
  }

  #recentPinFailures(doorId: string): number[] {
    const policy = this.#grants.index?.doors.get(doorId)?.policy;
    if (policy === undefined || policy.pinMaxFailures === 0) return [];
    return this.#store.pinFailures(doorId, this.#time.now() - pinFailuresKeptMs(policy));
  }

  #isRepeat(readerId: string, presentation: Presentation): boolean {
    if (presentation.transaction === null) return false;
    const last = this.#presented.get(readerId);
    const monotonic = this.#source.monotonicMs();
    this.#presented.set(readerId, { transaction: presentation.transaction, monotonic });
    return last?.transaction === presentation.transaction && monotonic - last.monotonic <= REPEAT_WITHIN_MS;
  }

  /** Within the transaction of the event that unlocks: a bridge that dies now locks again when it is back. */
  #oweRelock(doorId: string, at: number): void {
    const relockAfterMs = this.#site.doors.get(doorId)?.relockAfterMs ?? 0;
    if (relockAfterMs > 0) this.#store.oweRelock(doorId, at + relockAfterMs);
  }

  /** For a command: writes the debt of a relock within the command's own transaction. */
  oweRelockFor(doorId: string): void {
    this.#oweRelock(doorId, this.#time.now());
  }

  #unlock(doorId: string, causeSequence: number, commandId: string | null): void {
    const lock = this.#site.device(doorId, 'lock');
    const relockAfterMs = this.#site.doors.get(doorId)?.relockAfterMs ?? 0;
    const isSaid = lock !== undefined && this.#link.say(lock, (codec) => codec.lock?.unlock(lock, relockAfterMs) ?? []);
    const state = this.#state(doorId);
    if (!isSaid) {
      this.#settle(doorId, 'silent', { causeSequence, commandId });
      return;
    }
    state.lastUnlock = { sequence: causeSequence, commandId, monotonic: this.#source.monotonicMs() };
    this.#relockLater(doorId, relockAfterMs);
    if (this.#dialect(lock)?.reports(lock).unlocked === false) {
      this.#settle(doorId, 'unreported', { causeSequence, commandId });
      return;
    }
    const order: Order = {
      causeSequence,
      commandId,
      cancel: this.#source.after(LOCK_ANSWERS_WITHIN_MS, () => {
        state.orders = state.orders.filter((one) => one !== order);
        this.#settle(doorId, isStuck(state.lock) ? 'jammed' : 'silent', order);
      }),
    };
    state.orders.push(order);
  }

  /** An order came to its end: journal it, and tell whoever commanded it. */
  #settle(doorId: string, lock: LockState, order: { causeSequence: number; commandId: string | null }): void {
    this.#become(doorId, lock);
    const deviceId = this.#site.device(doorId, 'lock')?.id;
    this.#journal.record({ kind: 'lock_state', doorId, deviceId, state: lock, causeSequence: order.causeSequence });
    if (order.commandId === null) return;
    this.#bus.emit('commandOutcome', order.commandId, doorId, OUTCOME_OF[lock] ?? 'device_silent');
  }

  #become(doorId: string, lock: LockState): void {
    this.#state(doorId).lock = lock;
    this.#bus.emit('lockState', doorId, lock);
  }

  #dialect(lock: DeviceConfig): LockDialect | undefined {
    return this.#link.codecOf(lock)?.lock ?? undefined;
  }

  #hearLock(doorId: string, device: DeviceConfig, lock: LockState): void {
    const state = this.#state(doorId);
    const before = state.lock;
    this.#become(doorId, lock);
    if (lock === 'locked' || lock === 'jammed') {
      state.lockOrder?.();
      state.lockOrder = null;
    }
    if ((lock === 'unlocked' || lock === 'jammed') && state.orders.length > 0) {
      const orders = state.orders;
      state.orders = [];
      for (const order of orders) {
        order.cancel();
        this.#settle(doorId, lock, order);
      }
      return;
    }
    if (lock === before) return;
    this.#journal.record({ kind: 'lock_state', doorId, deviceId: device.id, state: lock }, () => {
      if (lock === 'locked') this.#store.relocked(doorId);
    });
  }

  /** The lock was moved at the lock: by a key, by a code of its own list. Its state says so too, but not how. */
  #hearOperated(doorId: string, device: DeviceConfig, report: Extract<DeviceReport, { type: 'operated' }>): void {
    const { what, source, slot } = report;
    if (what === 'refused') {
      this.#journal.record({
        kind: 'access',
        doorId,
        deviceId: device.id,
        granted: false,
        reason: 'unknown_credential',
        grantId: null,
        bookingId: null,
        holderRef: null,
        credentialKind: source === 'keypad' ? 'pin' : 'badge',
      });
      return;
    }
    this.#become(doorId, what);
    this.#journal.record({
      kind: 'lock_state',
      doorId,
      deviceId: device.id,
      state: what,
      source,
      ...(slot === null ? {} : { slot }),
    });
  }

  #hearContact(doorId: string, device: DeviceConfig, isClosed: boolean): void {
    const state = this.#state(doorId);
    const before = state.isClosed;
    state.isClosed = isClosed;
    if (before === isClosed) return;
    this.#bus.emit('contactState', doorId, isClosed);
    // The first word of a contact in a boot is its state, not somebody passing.
    if (before === null && isClosed) return;
    const unlock = isClosed ? null : this.#unlockBehind(state);
    this.#journal.record({
      kind: isClosed ? 'door_closed' : 'door_opened',
      doorId,
      deviceId: device.id,
      ...(unlock === null ? {} : { causeSequence: unlock.sequence }),
    });
    if (unlock !== null && unlock.commandId !== null) {
      this.#bus.emit('commandOutcome', unlock.commandId, doorId, 'door_opened');
    }
    if (isClosed && state.relocksOnClose) this.lockNow(doorId);
  }

  #unlockBehind(state: DoorState): DoorState['lastUnlock'] {
    const { lastUnlock } = state;
    if (lastUnlock === null) return null;
    state.lastUnlock = null;
    return this.#source.monotonicMs() - lastUnlock.monotonic <= OPENED_BY_WITHIN_MS ? lastUnlock : null;
  }

  #hearAvailability(device: DeviceConfig, isOnline: boolean): void {
    if (this.#online.get(device.id) === isOnline) return;
    this.#online.set(device.id, isOnline);
    this.#journal.record({
      kind: 'device',
      deviceId: device.id,
      ...(device.doorId === null ? {} : { doorId: device.doorId }),
      state: isOnline ? 'online' : 'offline',
    });
  }

  #relockLater(doorId: string, delayMs: number): void {
    if (delayMs <= 0) return;
    const state = this.#state(doorId);
    state.relock?.();
    state.relocksOnClose = false;
    state.relock = this.#source.after(delayMs, () => {
      state.relock = null;
      if (this.#site.mode(doorId) === 'released') return;
      if (state.isClosed === false) state.relocksOnClose = true;
      else this.lockNow(doorId);
    });
  }

  /** A configuration may have changed the mode of a door. The first one of a boot finds the lock as it should be. */
  #obeyModes(): void {
    for (const doorId of this.#site.doors.keys()) {
      const mode = this.#site.mode(doorId);
      const before = this.#modes.get(doorId);
      this.#modes.set(doorId, mode);
      if (before !== undefined && before !== mode) this.obeyMode(doorId, mode);
    }
  }

  /** The site's broker is there (again): learn how the locks stand, and lock what is owed. */
  #resume(): void {
    for (const doorId of this.#site.doors.keys()) {
      if (this.#site.mode(doorId) === 'released') this.obeyMode(doorId, 'released');
      const lock = this.#site.device(doorId, 'lock');
      if (lock !== undefined) this.#link.say(lock, (codec) => codec.lock?.ask(lock) ?? []);
    }
    const now = this.#time.now();
    for (const { doorId, dueAt } of this.#store.relocks()) {
      if (this.#state(doorId).relock !== null) continue;
      const delayMs = this.#site.doors.get(doorId)?.relockAfterMs ?? 0;
      // The clock may have been corrected since: never later than a whole delay from now.
      this.#relockLater(doorId, Math.max(1, Math.min(dueAt - now, delayMs)));
    }
  }

  #state(doorId: string): DoorState {
    let state = this.#states.get(doorId);
    if (state === undefined) {
      state = {
        lock: null,
        isClosed: null,
        orders: [],
        lockOrder: null,
        relock: null,
        relocksOnClose: false,
        lastUnlock: null,
      };
      this.#states.set(doorId, state);
    }
    return state;
  }
}
