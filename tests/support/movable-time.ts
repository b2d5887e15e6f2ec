import type { TimeSource } from '@mitoyen/firmware-bridge';

/** A bridge's time that stands still until a test moves it; timers run as it passes them. */
export class MovableTime implements TimeSource {
  #now: number;
  #monotonic = 1_000;
  #timers: { at: number; task: () => void }[] = [];

  constructor(at: string) {
    this.#now = Temporal.Instant.from(at).epochMilliseconds;
  }

  /** Whole milliseconds, as of every clock; a timer with a random part may run between two. */
  now(): number {
    return Math.round(this.#now);
  }

  monotonicMs(): number {
    return Math.round(this.#monotonic);
  }

  after(delayMs: number, task: () => void): () => void {
    const timer = { at: this.#monotonic + delayMs, task };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((one) => one !== timer);
    };
  }

  /** Lets time pass: timers run in order, those that they set too. */
  advance(ms: number): void {
    const end = this.#monotonic + ms;
    for (;;) {
      const [next] = this.#timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at);
      if (next === undefined) break;
      this.#timers = this.#timers.filter((one) => one !== next);
      this.#now += Math.max(0, next.at - this.#monotonic);
      this.#monotonic = Math.max(this.#monotonic, next.at);
      next.task();
    }
    this.#now += end - this.#monotonic;
    this.#monotonic = end;
  }

  /** Sets the wall clock, as NTP or a flat battery does; timers and the monotonic clock know nothing of it. */
  setWallClock(at: string): void {
    this.#now = Temporal.Instant.from(at).epochMilliseconds;
  }
}
