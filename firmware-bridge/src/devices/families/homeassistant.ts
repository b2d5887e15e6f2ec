import type { ConfigProblem, DeviceKind } from '@mitoyen/protocol';
import { type Codec, type Heard, problem, type Sighting } from '../codec.ts';
import { isObject, type JsonObject, parseObject, textOf } from '../payload.ts';
import { parseTemplate } from '../template.ts';
import { checkGeneric, type GenericSettings, generic } from './generic.ts';

/*
 * Whatever announces itself to Home Assistant (home-assistant.io/integrations/mqtt, lock.mqtt, binary_sensor.mqtt, sensor.mqtt,
 * switch.mqtt, tag.mqtt): its announcement is turned into the settings of `generic`, which is how it then speaks and is spoken to.
 *
 * | announcement                                                              | may be adopted as                                      |
 * | ------------------------------------------------------------------------- | ------------------------------------------------------ |
 * | homeassistant/lock/…/config                                               | lock                                                   |
 * | homeassistant/switch/…/config                                             | lock (a relay at a strike), relay                      |
 * | homeassistant/binary_sensor/…/config, class door, window, opening …       | contact                                                |
 * | homeassistant/binary_sensor/…/config, class motion, occupancy, presence   | motion                                                 |
 * | homeassistant/sensor/…/config, class carbon_dioxide, temperature …        | sensor                                                 |
 * | homeassistant/tag/…/config                                                | reader                                                 |
 * | homeassistant/device/ID/config with `cmps`                                | each of its components, as above                       |
 * | an empty payload                                                          | gone                                                   |
 *
 * The address is the announcement's: lock/entree, lock/node/entree, device/ID#component.
 */

const ABBREVIATIONS: Readonly<Record<string, string>> = {
  avty: 'availability',
  avty_t: 'availability_topic',
  avty_tpl: 'availability_template',
  cmd_t: 'command_topic',
  cmd_tpl: 'command_template',
  cmps: 'components',
  dev: 'device',
  dev_cla: 'device_class',
  mdl: 'model',
  mf: 'manufacturer',
  p: 'platform',
  pl_avail: 'payload_available',
  pl_lock: 'payload_lock',
  pl_not_avail: 'payload_not_available',
  pl_off: 'payload_off',
  pl_on: 'payload_on',
  pl_unlk: 'payload_unlock',
  stat_jam: 'state_jammed',
  stat_locked: 'state_locked',
  stat_off: 'state_off',
  stat_on: 'state_on',
  stat_t: 'state_topic',
  stat_unlocked: 'state_unlocked',
  t: 'topic',
  uniq_id: 'unique_id',
  unit_of_meas: 'unit_of_measurement',
  val_tpl: 'value_template',
};

const CONTACT_CLASSES = new Set(['door', 'window', 'opening', 'garage_door']);
const MOTION_CLASSES = new Set(['motion', 'occupancy', 'presence']);
const MEASURES: Readonly<Record<string, 'co2' | 'temperature' | 'humidity' | 'illuminance' | 'battery'>> = {
  carbon_dioxide: 'co2',
  temperature: 'temperature',
  humidity: 'humidity',
  illuminance: 'illuminance',
  battery: 'battery',
};

/** What another file here knows better, from the hardware's own topics. */
const KNOWN_OTHERWISE =
  /^(?:zigbee2mqtt|nuki)\/|^(?!homeassistant\/).+\/(lock|switch|binary_sensor|sensor)\/[^/]+\/state$/;

export const homeassistant: Codec = {
  ...generic,
  name: 'homeassistant',
  discovery: { filters: ['homeassistant/+/+/config', 'homeassistant/+/+/+/config'], see },
};

function see({ topic, text }: Heard): Sighting[] {
  const [component = '', ...path] = topic.split('/').slice(1, -1);
  // The bridge announces its own doors there.
  if (path.some((level) => level.startsWith('mitoyen_'))) return [];
  const address = [component, ...path].join('/');
  if (text === '') return [{ address: component === 'device' ? `${address}#` : address, isGone: true }];
  const said = expand(parseObject(text));
  if (component !== 'device') return announced(address, component, said, deviceOf(said));
  const { components, ...shared } = said;
  if (!isObject(components)) return [];
  return Object.entries(components)
    .slice(0, 100)
    .flatMap(([key, value]): Sighting[] => {
      if (!isObject(value)) return [];
      const own = expand(value, shared['~']);
      const at = `${address}#${key.slice(0, 60)}`;
      // With nothing but its platform a component is taken back.
      if (Object.keys(own).every((field) => field === 'platform')) return [{ address: at, isGone: true }];
      return announced(at, String(own.platform), { ...shared, ...own }, deviceOf(shared));
    });
}

interface Whose {
  readonly vendor?: string | undefined;
  readonly model?: string | undefined;
  readonly name?: string | undefined;
}

function deviceOf(said: JsonObject): Whose {
  const { manufacturer, model, name } = isObject(said.device) ? expand(said.device) : {};
  return { vendor: textOf(manufacturer), model: textOf(model), name: textOf(name) };
}

/** Full names for abbreviations, and the base topic put in for `~`. */
function expand(said: JsonObject, outerBase?: unknown): JsonObject {
  const base = textOf(said['~'], 300) ?? textOf(outerBase, 300);
  return Object.fromEntries(
    Object.entries(said).map(([key, value]) => {
      const field = ABBREVIATIONS[key] ?? key;
      if (base === undefined || typeof value !== 'string' || !field.endsWith('topic')) return [field, value];
      return [field, value.replace(/^~/, base).replace(/~$/, base)];
    }),
  );
}

function announced(address: string, component: string, said: JsonObject, whose: Whose): Sighting[] {
  const stateTopic = textOf(said.state_topic ?? said.topic, 300);
  if (stateTopic !== undefined && KNOWN_OTHERWISE.test(stateTopic)) return [];
  const names = [whose.name, textOf(said.name)].filter((name) => name !== undefined);
  const about = {
    address,
    vendor: whose.vendor,
    model: whose.model,
    name: [...new Set(names)].join(' · ').slice(0, 200) || address,
  };
  const translated = translate(component, said);
  if (translated === null) return [];
  const { kinds, settings } = translated;
  const [kind] = kinds;
  const wrong = translated.problem ?? checkGeneric({ kind: kind as string, config: settings });
  if (wrong !== null) return [{ ...about, kinds, problem: wrong }];
  return [{ ...about, kinds, config: settings }];
}

/** A payload or a state, which may also be written as a number or a truth; longer than any is, it is cut and means nothing. */
const wordOf = (value: unknown, meant: string): string => (value === undefined ? meant : String(value).slice(0, 200));

interface Translated {
  readonly kinds: readonly DeviceKind[];
  readonly settings: GenericSettings;
  readonly problem: ConfigProblem | null;
}

/** Null: of no use here (a lamp, a button, a sensor of something that Mitoyen does not keep). */
function translate(component: string, said: JsonObject): Translated | null {
  const state = sourceOf(said.state_topic ?? said.topic, said.value_template);
  const text = (field: string, meant: string) => wordOf(said[field], meant);
  const done = (kinds: readonly DeviceKind[], settings: GenericSettings): Translated => {
    const availability = availabilityOf(said);
    return {
      kinds,
      settings: { ...(availability && { availability }), ...settings },
      problem: state.problem ?? templateProblem(said.command_template),
    };
  };
  const commandTopic = textOf(said.command_topic, 300) ?? '';
  switch (component) {
    case 'lock': {
      const values = {
        [text('state_locked', 'LOCKED')]: 'locked' as const,
        [text('state_unlocked', 'UNLOCKED')]: 'unlocked' as const,
        [text('state_jammed', 'JAMMED')]: 'jammed' as const,
      };
      return done(['lock'], {
        lock: {
          topic: commandTopic,
          unlock: text('payload_unlock', 'UNLOCK'),
          lock: text('payload_lock', 'LOCK'),
          ...(state.source && { state: { ...state.source, values } }),
        },
      });
    }
    case 'switch': {
      const [on, off] = [text('payload_on', 'ON'), text('payload_off', 'OFF')];
      const [isOn, isOff] = [text('state_on', on), text('state_off', off)];
      const values = { [isOn]: 'unlocked' as const, [isOff]: 'locked' as const };
      return done(['lock', 'relay'], {
        lock: {
          topic: commandTopic,
          unlock: on,
          lock: off,
          ...(state.source && { state: { ...state.source, values } }),
        },
        ...(state.source && { readings: [{ ...state.source, kind: 'relay', values: { [isOn]: 1, [isOff]: 0 } }] }),
      });
    }
    case 'binary_sensor': {
      const [on, off] = [text('payload_on', 'ON'), text('payload_off', 'OFF')];
      const of = state.source ?? { topic: '' };
      if (CONTACT_CLASSES.has(String(said.device_class))) {
        return done(['contact'], { contact: { ...of, values: { [on]: 'open', [off]: 'closed' } } });
      }
      if (!MOTION_CLASSES.has(String(said.device_class))) return null;
      return done(['motion'], { readings: [{ ...of, kind: 'motion', values: { [on]: 1, [off]: 0 } }] });
    }
    case 'sensor': {
      const measured = MEASURES[String(said.device_class)];
      const kind = measured ?? (isOfPeople(said) ? ('people' as const) : undefined);
      if (kind === undefined) return null;
      const isFahrenheit = kind === 'temperature' && said.unit_of_measurement === '°F';
      const toCelsius = isFahrenheit ? { factor: 5 / 9, offset: -160 / 9 } : {};
      const readings = [{ ...(state.source ?? { topic: '' }), kind, ...toCelsius }];
      return done(kind === 'people' ? ['people_counter'] : ['sensor'], { readings });
    }
    case 'tag':
      return done(['reader'], { reader: state.source ?? { topic: '' } });
    default:
      return null;
  }
}

const isOfPeople = ({ unit_of_measurement: unit, unique_id: id }: JsonObject): boolean =>
  /^(?:people|persons?|personnes?)$/i.test(String(unit)) || /people|occupancy_count/i.test(String(id));

/** Where a value is said, and what stands in the way of reading it. */
function sourceOf(
  topicSaid: unknown,
  template: unknown,
): { source?: { topic: string; path?: string }; problem: ConfigProblem | null } {
  const topic = textOf(topicSaid, 300);
  if (topic === undefined) return { problem: null };
  if (template === undefined || template === '') return { source: { topic }, problem: null };
  const parsed = parseTemplate(String(template));
  if (parsed === null) return { source: { topic }, problem: templateProblem(template) };
  return { source: parsed.of === 'text' ? { topic } : { topic, path: parsed.pathText }, problem: null };
}

function templateProblem(template: unknown): ConfigProblem | null {
  if (template === undefined || parseTemplate(String(template))?.of === 'text') return null;
  return problem('template_not_understood', { template: String(template) });
}

/** Of several availabilities the first; one that needs a template beyond us is done without. */
function availabilityOf(said: JsonObject): GenericSettings['availability'] | undefined {
  const listed = Array.isArray(said.availability) ? said.availability[0] : undefined;
  const one = isObject(listed) ? expand(listed, said['~']) : said;
  const { source, problem: wrong } = isObject(listed)
    ? sourceOf(one.topic, one.value_template)
    : sourceOf(said.availability_topic, said.availability_template);
  if (source === undefined || wrong !== null) return undefined;
  const [online, offline] = [wordOf(one.payload_available, 'online'), wordOf(one.payload_not_available, 'offline')];
  return { ...source, values: { [online]: 'online', [offline]: 'offline' } };
}
