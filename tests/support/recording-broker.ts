import type { Broker } from '@mitoyen/server';

type Publication = Parameters<Broker['publish']>[0];

/** A broker in memory that keeps what is retained, and can be slow or away. What it is given while held arrives when the hold ends. */
export class RecordingBroker implements Broker {
  readonly retained = new Map<string, string>();
  /** Every publication, in the order of arrival. */
  readonly arrived: Publication[] = [];
  failure: Error | null = null;
  #gate: Promise<void> = Promise.resolve();

  isConnected(): boolean {
    return true;
  }

  async publish(publication: Publication): Promise<void> {
    await this.#gate;
    if (this.failure !== null) throw this.failure;
    this.arrived.push(publication);
    if (!publication.isRetained) return;
    if (publication.payload === '') this.retained.delete(publication.topic);
    else this.retained.set(publication.topic, publication.payload);
  }

  /** Acknowledges nothing that is published from now on, until the end. */
  hold(): { end(): void } {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#gate = promise;
    return {
      end: () => {
        this.#gate = Promise.resolve();
        resolve();
      },
    };
  }

  async sendCommand(): Promise<void> {}
  start(): void {}
  async stop(): Promise<void> {}
}
