import type { DoorMode } from '@mitoyen/domain';
import type { DeviceConfig, DeviceKind, DoorConfig, SiteConfig } from '@mitoyen/protocol';
import type { SiteTime } from '../clock/site-time.ts';
import type { BridgeBus, Part } from '../events.ts';
import type { Journal } from '../store/journal.ts';
import type { Store } from '../store/store.ts';
import type { ServerMessages } from '../uplink/server-messages.ts';

/** Doors and devices of this site, from the signed configuration that the server sends and the disk keeps. */
export class Site implements Part {
  readonly #store: Store;
  readonly #journal: Journal;
  readonly #time: SiteTime;
  readonly #bus: BridgeBus;
  readonly #messages: ServerMessages;
  #config: SiteConfig | null = null;
  #doors: ReadonlyMap<string, DoorConfig> = new Map();
  #modes: Map<string, { mode: DoorMode; issuedAt: number }> = new Map();
  #refused: string | undefined;

  constructor(parts: { store: Store; journal: Journal; time: SiteTime; bus: BridgeBus; messages: ServerMessages }) {
    this.#store = parts.store;
    this.#journal = parts.journal;
    this.#time = parts.time;
    this.#bus = parts.bus;
    this.#messages = parts.messages;
  }

  start(): void {
    this.#modes = this.#store.doorModes();
    const config = this.#store.siteConfig();
    if (config !== null) this.#use(config);
    this.#bus.on('serverMessage', (kind, payload) => {
      if (kind === 'config') this.#take(payload);
    });
  }

  stop(): void {}

  get revision(): number | null {
    return this.#config?.revision ?? null;
  }

  get doors(): ReadonlyMap<string, DoorConfig> {
    return this.#doors;
  }

  device(doorId: string, kind: DeviceKind): DeviceConfig | undefined {
    return this.#config?.devices.find((device) => device.doorId === doorId && device.kind === kind);
  }

  deviceById(id: string): DeviceConfig | undefined {
    return this.#config?.devices.find((device) => device.id === id);
  }

  /** The younger of what the configuration says, where it says anything, and what a command said. */
  mode(doorId: string): DoorMode {
    const configured = this.#doors.get(doorId)?.mode;
    const commanded = this.#modes.get(doorId);
    if (commanded === undefined) return configured ?? 'normal';
    if (configured === undefined || commanded.issuedAt >= (this.#config?.issuedAt ?? 0)) return commanded.mode;
    return configured;
  }

  /** For use within the transaction that journals the command. */
  setMode(doorId: string, mode: DoorMode, issuedAt: number): void {
    this.#store.setDoorMode(doorId, mode, issuedAt);
    this.#modes.set(doorId, { mode, issuedAt });
  }

  #take(payload: Uint8Array): void {
    const config = this.#messages.open('config', payload);
    if (!config.ok) {
      this.#refuse(`${config.reason}: ${config.detail}`);
      return;
    }
    const held = this.revision;
    if (held !== null && config.value.revision < held) {
      this.#refuse(`revision ${config.value.revision} is older than what is held`);
      return;
    }
    if (config.value.revision === held) return;
    this.#time.signedAt(config.value.issuedAt);
    this.#store.transaction(() => {
      this.#store.saveSiteConfig(config.value);
      if (this.#time.lastSigned !== null) this.#store.saveLastSigned(this.#time.lastSigned);
    });
    this.#use(config.value);
  }

  /** A new revision of the same content (a server states it at every `hello`) disturbs nobody. */
  #use(config: SiteConfig): void {
    const isSame = this.#config !== null && contentOf(this.#config) === contentOf(config);
    this.#config = config;
    this.#doors = new Map(config.doors.map((door) => [door.id, door]));
    this.#messages.trustKeysOf(config);
    if (!isSame || config.doors.some(({ mode }) => mode !== undefined)) this.#bus.emit('configChanged', config);
  }

  #refuse(detail: string): void {
    if (detail === this.#refused) return;
    this.#refused = detail;
    this.#journal.record({ kind: 'bridge', what: 'config_refused', detail });
  }
}

const contentOf = ({ doors, devices, serverKeys }: SiteConfig): string => JSON.stringify([doors, devices, serverKeys]);
