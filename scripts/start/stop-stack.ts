interface Tier {
  readonly name: string;
  readonly stops: (() => Promise<unknown>)[];
}

/** What has been started, to be stopped last first; parts of one tier do not depend on each other and stop together. */
export class StopStack {
  #tiers: Tier[] = [];

  push(tier: string, stop: () => Promise<unknown>): void {
    const last = this.#tiers.at(-1);
    if (last?.name === tier) last.stops.push(stop);
    else this.#tiers.push({ name: tier, stops: [stop] });
  }

  /** Goes on past a part that fails to stop, and then tells of the first one that did. */
  async stopAll(): Promise<void> {
    const failures: unknown[] = [];
    for (const { stops } of this.#tiers.splice(0).reverse()) {
      const outcomes = await Promise.allSettled(stops.map((stop) => stop()));
      for (const outcome of outcomes) if (outcome.status === 'rejected') failures.push(outcome.reason);
    }
    if (failures.length > 0) throw failures[0];
  }
}
