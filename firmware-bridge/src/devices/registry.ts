import type { Codec } from './codec.ts';
import { espRfid } from './families/esp-rfid.ts';
import { esphome } from './families/esphome.ts';
import { generic } from './families/generic.ts';
import { homeassistant } from './families/homeassistant.ts';
import { nuki } from './families/nuki.ts';
import { shelly } from './families/shelly.ts';
import { tasmota } from './families/tasmota.ts';
import { zigbee2mqtt } from './families/zigbee2mqtt.ts';

/** The makes of hardware that this bridge speaks to. A new one is its file, its fixtures, and its name here. */
const FAMILIES: readonly Codec[] = [zigbee2mqtt, shelly, tasmota, esphome, espRfid, nuki, homeassistant, generic];

export const CODECS: ReadonlyMap<string, Codec> = new Map(FAMILIES.map((codec) => [codec.name, codec]));
