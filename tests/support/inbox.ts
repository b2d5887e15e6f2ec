/** Messages as they come; a test takes the one it waits for. Waiting ends with the message or with a failure, never with a sleep. */
export class Inbox<T> {
  readonly #messages: T[] = [];
  #waiting: { matches: (message: T) => boolean; resolve: (message: T) => void }[] = [];

  put(message: T): void {
    const waiter = this.#waiting.find(({ matches }) => matches(message));
    if (waiter === undefined) {
      this.#messages.push(message);
      return;
    }
    this.#waiting = this.#waiting.filter((one) => one !== waiter);
    waiter.resolve(message);
  }

  /** The first message that matches, among those that came and those to come; it is taken out. */
  take(matches: (message: T) => boolean = () => true, what = 'message', withinMs = 5_000): Promise<T> {
    const index = this.#messages.findIndex(matches);
    const [found] = index === -1 ? [] : this.#messages.splice(index, 1);
    if (found !== undefined) return Promise.resolve(found);
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const timer = setTimeout(() => {
      reject(new Error(`no ${what} within ${withinMs} ms; there are: ${JSON.stringify(this.#messages).slice(-4_000)}`));
    }, withinMs);
    this.#waiting.push({
      matches,
      resolve: (message) => {
        clearTimeout(timer);
        resolve(message);
      },
    });
    return promise;
  }

  /** What came and was not taken. */
  get all(): readonly T[] {
    return this.#messages;
  }

  clear(): void {
    this.#messages.length = 0;
  }
}
