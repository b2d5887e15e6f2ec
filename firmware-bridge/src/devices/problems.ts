import {
  type ConfigProblem,
  DEVICE_KINDS,
  type DeviceConfig,
  type SiteConfig,
  type SiteProblem,
} from '@mitoyen/protocol';
import { problem } from './codec.ts';
import { CODECS } from './registry.ts';

const NEEDS_DOOR: ReadonlySet<string> = new Set(['reader', 'lock', 'contact']);

/** Why a device cannot be used at all, or null. The others of the site are not its business. */
export function deviceProblem(device: DeviceConfig): ConfigProblem | null {
  const { codec: family, kind } = device;
  const codec = CODECS.get(family);
  if (codec === undefined) return problem('family_unknown', { family });
  const isKind = DEVICE_KINDS.some((known) => known === kind) && codec.kinds.some((able) => able === kind);
  return isKind ? codec.check(device) : problem('kind_not_supported', { family, kind });
}

/** Everything that is wrong with a configuration as it is written. What only shows in use is not here. */
export function problemsOf({ doors, devices }: SiteConfig): SiteProblem[] {
  const ofDevices = devices.flatMap((device): SiteProblem[] => {
    const { id: deviceId, kind, doorId } = device;
    const own = deviceProblem(device);
    if (own !== null) return [{ deviceId, problem: own }];
    // A contact elsewhere (a window, a cupboard) is a sensor like others.
    const isLost = doorId === null && NEEDS_DOOR.has(kind) && kind !== 'contact';
    return isLost ? [{ deviceId, problem: problem('door_missing', { kind }) }] : [];
  });
  const ofDoors = doors.flatMap(({ id: doorId }): SiteProblem[] => {
    const kinds = devices.filter((device) => device.doorId === doorId).map(({ kind }) => kind);
    const locks = kinds.filter((kind) => kind === 'lock').length;
    if (locks > 1) return [{ doorId, problem: problem('two_locks') }];
    return locks === 0 && kinds.includes('reader') ? [{ doorId, problem: problem('door_without_lock') }] : [];
  });
  return [...ofDevices, ...ofDoors];
}
