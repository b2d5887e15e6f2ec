import { spawn } from 'node:child_process';
import { join, resolve } from 'node:path';

const REPOSITORY = resolve(import.meta.dirname, '..', '..');

export interface ScriptRun {
  readonly code: number | null;
  readonly output: string;
}

/** Runs a script of the repository to its end, in English, with nobody at the keyboard. */
export function runScript(script: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<ScriptRun> {
  return new Promise((done, fail) => {
    const child = spawn(process.execPath, [join(REPOSITORY, script), ...args], {
      env: { ...process.env, LC_ALL: 'C', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (chunk: string) => {
        output += chunk;
      });
    }
    child.once('error', fail);
    child.once('close', (code) => done({ code, output }));
  });
}
