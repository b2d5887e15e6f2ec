/** Structured log: one JSON object a line, so that a host's `journalctl` and a collector can both read it. */
export interface Log {
  debug(message: string, fields?: Record<string, unknown>): void;
  info(message: string, fields?: Record<string, unknown>): void;
  warn(message: string, fields?: Record<string, unknown>): void;
  error(message: string, fields?: Record<string, unknown>): void;
}

const LEVELS = ['debug', 'info', 'warn', 'error'] as const;
type Level = (typeof LEVELS)[number];

export const isLogLevel = (text: string): text is Level => (LEVELS as readonly string[]).includes(text);

/** Writes lines at `level` and above through `write`. */
export function createLog(write: (line: string) => void, level: Level, base: Record<string, unknown> = {}): Log {
  const at =
    (own: Level) =>
    (message: string, fields: Record<string, unknown> = {}): void => {
      if (LEVELS.indexOf(own) < LEVELS.indexOf(level)) return;
      write(`${JSON.stringify({ level: own, ...base, ...fields, message })}\n`);
    };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}
