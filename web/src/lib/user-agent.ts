import { m } from '#lib/paraglide/messages.js';

/** Enough of a browser's name to recognise one's own device in a list; it decides nothing. */
export function deviceName(userAgent: string | null): string {
  if (userAgent === null || userAgent === '') return m.device_unknown();
  const browser = /Firefox\//.test(userAgent)
    ? 'Firefox'
    : /Edg\//.test(userAgent)
      ? 'Edge'
      : /Chrome\//.test(userAgent)
        ? 'Chrome'
        : /Safari\//.test(userAgent)
          ? 'Safari'
          : null;
  const system = /Android/.test(userAgent)
    ? 'Android'
    : /iPhone|iPad/.test(userAgent)
      ? 'iOS'
      : /Windows/.test(userAgent)
        ? 'Windows'
        : /Mac OS X/.test(userAgent)
          ? 'macOS'
          : /Linux/.test(userAgent)
            ? 'Linux'
            : null;
  if (browser === null) return system ?? m.device_unknown();
  return system === null ? browser : m.device_on({ browser, system });
}
