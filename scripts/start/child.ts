import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { LogFile } from './log-file.ts';

const PRELOAD = new URL('./child-preload.mjs', import.meta.url).href;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 30_000;
/** A child that ran this long has recovered: its next fall is a first one again. */
const STABLE_AFTER_MS = 60_000;

export interface ChildOptions {
  readonly name: string;
  /** Path of the TypeScript or JavaScript file that Node runs. */
  readonly script: string;
  readonly args?: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly logFile: string;
  /** How it is known that the child serves: it answers a question, or has printed a line with `"ready":true`. */
  readonly ready: (() => Promise<boolean>) | 'line';
  readonly readyWithinMs?: number;
  /** Aborted: no longer waits until the child is ready. */
  readonly signal?: AbortSignal | undefined;
  readonly onLine?: (line: string) => void;
  /** A fall after it was ready, and in how long it is started again. */
  readonly onFall?: (how: string, pauseMs: number) => void;
}

export class ChildStartError extends Error {
  readonly childName: string;
  constructor(childName: string, message: string) {
    super(message);
    this.childName = childName;
  }
}

/** A Node process that is started again whenever it falls, with growing pauses, until it is stopped. */
export class SupervisedChild {
  readonly #options: ChildOptions;
  readonly #log: LogFile;
  readonly #lastLines: string[] = [];
  #process: ChildProcess | undefined;
  #stopping = false;
  #restarting = false;
  #ready = false;
  #saidReady = false;
  #pauseMs = FIRST_PAUSE_MS;
  #restart: NodeJS.Timeout | undefined;

  private constructor(options: ChildOptions) {
    this.#options = options;
    this.#log = new LogFile(options.logFile);
  }

  /** Starts the child and waits until it is ready. One that ends before that is not tried again. */
  static async start(options: ChildOptions): Promise<SupervisedChild> {
    const child = new SupervisedChild(options);
    child.#launch();
    try {
      await child.#untilReady();
    } catch (error) {
      await child.stop();
      throw error;
    }
    return child;
  }

  get pid(): number | undefined {
    return this.#process?.pid;
  }

  /** Ends the child and starts it again at once; it need not have been running. */
  restart(): void {
    if (this.#stopping) return;
    clearTimeout(this.#restart);
    const running = this.#process;
    if (!running || running.exitCode !== null || running.signalCode !== null) {
      this.#launch();
    } else {
      this.#restarting = true;
      running.kill('SIGTERM');
    }
  }

  async stop(withinMs = 5_000): Promise<void> {
    this.#stopping = true;
    clearTimeout(this.#restart);
    const running = this.#process;
    if (running && running.exitCode === null && running.signalCode === null) {
      const gone = new Promise((resolve) => running.once('close', resolve));
      running.kill('SIGTERM');
      const hard = setTimeout(() => running.kill('SIGKILL'), withinMs);
      await gone;
      clearTimeout(hard);
    }
    this.#log.close();
  }

  #launch(): void {
    const { script, args = [], cwd, env } = this.#options;
    const startedAt = performance.now();
    const running = spawn(process.execPath, ['--import', PRELOAD, script, ...args], {
      cwd,
      env: { ...process.env, ...env },
      // Its own session: the terminal's Ctrl-C reaches the supervisor alone, which stops its children in order.
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    this.#process = running;
    for (const stream of [running.stdout, running.stderr]) this.#readLines(stream);
    running.once('exit', (code, signal) => {
      if (this.#stopping || !this.#ready) return;
      if (this.#restarting) {
        this.#restarting = false;
        this.#launch();
        return;
      }
      if (performance.now() - startedAt > STABLE_AFTER_MS) this.#pauseMs = FIRST_PAUSE_MS;
      this.#options.onFall?.(signal ?? `exit ${code}`, this.#pauseMs);
      this.#restart = setTimeout(() => this.#launch(), this.#pauseMs);
      this.#pauseMs = Math.min(this.#pauseMs * 2, LONGEST_PAUSE_MS);
    });
  }

  #readLines(stream: NodeJS.ReadableStream | null): void {
    let rest = '';
    stream?.setEncoding('utf8');
    stream?.on('data', (chunk: string) => {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        this.#lastLines.push(line);
        if (this.#lastLines.length > 15) this.#lastLines.shift();
        this.#log.write(line);
        this.#saidReady ||= /"ready":\s*true/.test(line);
        this.#options.onLine?.(line);
      }
    });
  }

  async #untilReady(): Promise<void> {
    const { name, ready, readyWithinMs = 30_000, logFile, signal } = this.#options;
    const deadline = performance.now() + readyWithinMs;
    while (!(ready === 'line' ? this.#saidReady : await ready())) {
      signal?.throwIfAborted();
      const { exitCode, signalCode } = this.#process ?? {};
      const ended = exitCode ?? signalCode ?? undefined;
      if (ended !== undefined || performance.now() > deadline) {
        // What it said last may still be in the pipe.
        await sleep(100);
        const how = ended === undefined ? `not ready after ${readyWithinMs / 1000} s` : `ended (${ended})`;
        throw new ChildStartError(name, `${name}: ${how}\n${this.#lastLines.join('\n')}\n(${logFile})`);
      }
      await sleep(50);
    }
    this.#ready = true;
  }
}
