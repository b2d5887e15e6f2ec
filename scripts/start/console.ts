import type { Messages } from './messages.ts';
import type { Progress, Step } from './steps.ts';

/** Progress for a person: one line a step, rewritten on a terminal while it runs. */
export class ConsoleProgress implements Progress {
  readonly #messages: Messages;
  readonly #out: NodeJS.WriteStream;

  constructor(messages: Messages, out: NodeJS.WriteStream) {
    this.#messages = messages;
    this.#out = out;
  }

  async step<T>(step: Step, run: () => Promise<{ detail?: string; value: T }>): Promise<T> {
    const name = this.#messages.steps[step];
    const startedAt = performance.now();
    if (this.#out.isTTY) this.#out.write(`  … ${name}`);
    try {
      const { detail, value } = await run();
      this.#endLine('✓', detail ? `${name} (${detail})` : name, startedAt);
      return value;
    } catch (error) {
      this.#endLine('✗', name, startedAt);
      throw error;
    }
  }

  notice(text: string): void {
    this.#clear();
    this.#out.write(`  ! ${text}\n`);
  }

  #endLine(mark: string, text: string, startedAt: number): void {
    this.#clear();
    this.#out.write(`  ${mark} ${text.padEnd(64)} ${seconds(performance.now() - startedAt).padStart(7)}\n`);
  }

  #clear(): void {
    if (this.#out.isTTY) this.#out.write('\r\x1b[2K');
  }
}

export function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}
