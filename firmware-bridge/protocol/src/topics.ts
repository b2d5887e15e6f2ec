import { MAX_SNAPSHOT_PARTS } from './limits.ts';

/** Everything of Mitoyen on a network broker is below this. */
export const ROOT = 'mitoyen/1/';

/** What may be published or subscribed for one site; ends with `/`. */
export const topicPrefix = (networkId: string, siteId: string): string => `${ROOT}${networkId}/${siteId}/`;

/** Topic of each message of one site. */
export function topics(networkId: string, siteId: string) {
  const prefix = topicPrefix(networkId, siteId);
  return {
    prefix,
    /** Bridge, retained; also its last will. */
    status: `${prefix}status`,
    /** Bridge, on every connection. The server answers with `time` and `ack`. */
    hello: `${prefix}hello`,
    /** Server, retained: part 0 of the snapshot. */
    grantsSnapshot: `${prefix}grants/snapshot`,
    /** Server, retained: part `index` of the snapshot; parts no longer in use are cleared with an empty retained message. */
    grantsSnapshotPart: (index: number): string =>
      index === 0 ? `${prefix}grants/snapshot` : `${prefix}grants/snapshot/${index}`,
    /** What a bridge subscribes to for all parts (`#` also matches the parent level: MQTT 3.1.1, 4.7.1.2). */
    grantsSnapshotAll: `${prefix}grants/snapshot/#`,
    /** Server. */
    grantsDelta: `${prefix}grants/delta`,
    /** Bridge. */
    grantsRequest: `${prefix}grants/request`,
    /** Server, never retained. */
    commands: `${prefix}commands`,
    /** Bridge. */
    commandsResult: `${prefix}commands/result`,
    /** Bridge: what hardware it hears, and what is wrong with it. */
    devicesSeen: `${prefix}devices/seen`,
    /** Bridge. */
    events: `${prefix}events`,
    /** Bridge. */
    readings: `${prefix}readings`,
    /** Server. */
    ack: `${prefix}ack`,
    /** Server, QoS 0. */
    time: `${prefix}time`,
    /** Server, retained. */
    config: `${prefix}config`,
  } as const;
}
export type SiteTopics = ReturnType<typeof topics>;

/** What each message is called, on both sides. */
export type MessageKind =
  | 'status'
  | 'hello'
  | 'grants/snapshot'
  | 'grants/delta'
  | 'grants/request'
  | 'commands'
  | 'commands/result'
  | 'devices/seen'
  | 'events'
  | 'readings'
  | 'ack'
  | 'time'
  | 'config';

const KINDS: ReadonlySet<string> = new Set<MessageKind>([
  'status',
  'hello',
  'grants/snapshot',
  'grants/delta',
  'grants/request',
  'commands',
  'commands/result',
  'devices/seen',
  'events',
  'readings',
  'ack',
  'time',
  'config',
]);

/** Kinds that a bridge publishes: what the server subscribes to, for all sites (`topicFilters.fromBridges`). */
export const BRIDGE_KINDS = [
  'status',
  'hello',
  'grants/request',
  'commands/result',
  'devices/seen',
  'events',
  'readings',
] as const satisfies readonly MessageKind[];

/** Kinds that only the server publishes. */
export const SERVER_KINDS = [
  'grants/snapshot',
  'grants/delta',
  'commands',
  'ack',
  'time',
  'config',
] as const satisfies readonly MessageKind[];

/** Filters of the server's subscription to every bridge of every network. */
export const topicFilters = {
  fromBridges: BRIDGE_KINDS.map((kind) => `${ROOT}+/+/${kind}`),
} as const;

export interface TopicParts {
  readonly networkId: string;
  readonly siteId: string;
  readonly kind: MessageKind;
}

/** Topic -> whose it is and what it carries; null for a topic that this protocol does not have. */
export function parseTopic(topic: string): TopicParts | null {
  if (!topic.startsWith(ROOT)) return null;
  const [networkId, siteId, ...rest] = topic.slice(ROOT.length).split('/');
  if (!networkId || !siteId) return null;
  const isPart = rest.length === 3 && rest[0] === 'grants' && rest[1] === 'snapshot' && isPartIndex(rest[2] ?? '');
  const kind = isPart ? 'grants/snapshot' : rest.join('/');
  return KINDS.has(kind) ? { networkId, siteId, kind: kind as MessageKind } : null;
}

const isPartIndex = (text: string): boolean => /^[1-9][0-9]?$/.test(text) && Number(text) < MAX_SNAPSHOT_PARTS;
