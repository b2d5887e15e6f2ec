import { setTimeout as sleep } from 'node:timers/promises';
import { readJson, writeJson } from './files.ts';
import { anyFreePort, firstFreePort, holdPort, isPortFree } from './ports.ts';

/**
 * Ports of the embedded parts, kept from one start to the next while they stay free: bridges, and whoever looks into
 * the database with a tool of their own, find them where they were.
 */
export class KnownPorts {
  readonly #file: string;
  #ports: Record<string, number>;

  constructor(file: string) {
    this.#file = file;
    this.#ports = readJson<Record<string, number>>(file) ?? {};
  }

  /** Notes where something is, for who comes after. */
  note(name: string, port: number): void {
    this.#ports = { ...this.#ports, [name]: port };
    writeJson(this.#file, this.#ports);
  }

  /** Waits while those who held the kept ports leave them. False when one still has not. */
  async untilAllFree(withinMs: number): Promise<boolean> {
    const deadline = performance.now() + withinMs;
    for (const port of Object.values(this.#ports)) {
      while (!(await isPortFree(port))) {
        if (performance.now() > deadline) return false;
        await sleep(50);
      }
    }
    return true;
  }

  /** The kept port, else the first free one from `usual` on (any, without one). */
  async take(name: string, usual?: number): Promise<number> {
    const kept = this.#ports[name];
    if (kept !== undefined && (await isPortFree(kept))) return kept;
    const others = Object.entries(this.#ports).flatMap(([other, port]) => (other === name ? [] : [port]));
    const isFree = async (port: number) => !others.includes(port) && (await isPortFree(port));
    const chosen = usual === undefined ? await anyFreePort() : await firstFreePort(usual, isFree);
    this.note(name, chosen);
    return chosen;
  }

  /** `take`, and kept from other starts until it is released: much comes between this and the part that will listen there. */
  async hold(name: string, usual?: number): Promise<{ port: number; release: () => Promise<void> }> {
    for (let attempt = 1; ; attempt += 1) {
      const port = await this.take(name, usual);
      try {
        return { port, release: await holdPort(port) };
      } catch (error) {
        // Taken between the question and now.
        if (attempt === 10) throw error;
      }
    }
  }
}
