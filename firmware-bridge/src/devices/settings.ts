import type { ConfigProblem, DeviceConfig } from '@mitoyen/protocol';
import { problem } from './codec.ts';

/** The settings of a family that are a choice among words; the first word is what is meant where nothing is said. */
export type Choices = Readonly<Record<string, readonly [string, ...string[]]>>;

/** The word chosen for a setting. */
export function choice<C extends Choices, K extends keyof C & string>(
  device: DeviceConfig,
  choices: C,
  field: K,
): C[K][number] {
  const [meant] = choices[field] as readonly [string, ...string[]];
  const chosen = device.config?.[field];
  return typeof chosen === 'string' ? chosen : meant;
}

/**
 * What is wrong with the settings of a device, the first thing only.
 * @param texts further settings that are any text: `true` where it must be there.
 */
export function checkSettings(
  device: DeviceConfig,
  choices: Choices,
  texts: Readonly<Record<string, boolean>> = {},
): ConfigProblem | null {
  for (const [field, value] of Object.entries(device.config ?? {})) {
    const allowed = choices[field];
    if (allowed === undefined && !(field in texts)) return problem('setting_unknown', { field });
    if (typeof value !== 'string' || (allowed !== undefined && !allowed.includes(value))) {
      const params = { field, value: String(value) };
      return problem('setting_wrong', allowed === undefined ? params : { ...params, allowed: allowed.join(', ') });
    }
  }
  const missing = Object.keys(texts).find((field) => texts[field] === true && !device.config?.[field]);
  return missing === undefined ? null : problem('setting_missing', { field: missing });
}

/** A relay at a strike opens the door while it is on; at a magnet, which holds while it has current, while it is off. */
export const RELAY_LOCK = { unlockedWhen: ['on', 'off'] } as const satisfies Choices;

/** A reed contact makes its circuit while the door is closed, most of them; there are others. */
export const CIRCUIT = { closedWhen: ['on', 'off'] } as const satisfies Choices;
