import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { REPOSITORY } from './start/options.ts';

export interface Tool {
  readonly command: string;
  readonly args: readonly string[];
}

/** The entry of a tool among the workspace's own packages, run by this Node. */
export function nodeTool(entry: string, ...args: string[]): Tool {
  return { command: process.execPath, args: [join(REPOSITORY, 'node_modules', entry), ...args] };
}

/** The pnpm that runs us, else the one the README names. */
export function pnpm(...args: string[]): Tool {
  const running = process.env.npm_execpath;
  if (!running?.includes('pnpm') || !existsSync(running))
    return { command: 'npx', args: ['--yes', 'pnpm@12', ...args] };
  const isScript = /\.[cm]?js$/.test(running);
  return isScript ? { command: process.execPath, args: [running, ...args] } : { command: running, args };
}

/** Runs a tool in the repository with our own terminal; its exit code. */
export function runTool({ command, args }: Tool, env: Record<string, string> = {}): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: REPOSITORY, env: { ...process.env, ...env }, stdio: 'inherit' });
    // The terminal sends Ctrl-C to the tool as well: it ends, and we after it.
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
}

/** Runs a tool quietly; what it printed, both streams as they came. */
export function captureTool({ command, args }: Tool): Promise<{ code: number; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: REPOSITORY, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (chunk: string) => {
        output += chunk;
      });
    }
    child.once('error', reject);
    child.once('close', (code) => resolve({ code: code ?? 1, output }));
  });
}
