import type { Socket } from 'node:net';
import { type Command, encodeMessage, type SigningKey, topicFilters, topics } from '@mitoyen/protocol';
import mqtt, { type IClientOptions, type MqttClient } from 'mqtt';
import type { Config } from '../config.ts';
import type { DoorGateway } from '../services.ts';

export interface BrokerMessage {
  readonly topic: string;
  readonly payload: Buffer;
  readonly isRetained: boolean;
}

export interface Publication {
  readonly topic: string;
  readonly payload: string;
  readonly isRetained: boolean;
  readonly qos: 0 | 1;
}

/** The server's side of the network broker: the only file of the server that knows an MQTT client. */
export interface Broker extends DoorGateway {
  /** Connects, and again whenever the connection is lost; `onMessage` gets what the bridges of all networks publish. */
  start(handlers: {
    onMessage: (message: BrokerMessage) => void;
    onConnected: () => void;
    onError: (error: Error) => void;
  }): void;
  /** Resolves once the broker has it (QoS 1) or it is on its way (QoS 0). Rejects while there is no connection. */
  publish(publication: Publication): Promise<void>;
  stop(): Promise<void>;
}

/** Half-open lines are found within one and a half of these (PROTOCOL, rule 10). */
const KEEPALIVE_S = 30;
const RECONNECT_MS = 2_000;

export function createBroker(config: Config & { mqttUrl: string }, signingKey: SigningKey): Broker {
  let client: MqttClient | null = null;

  async function publish({ topic, payload, isRetained, qos }: Publication): Promise<void> {
    if (!client?.connected) throw new Error('The broker is not connected.');
    await client.publishAsync(topic, payload, { qos, retain: isRetained });
  }

  return {
    isConnected: () => client?.connected ?? false,
    publish,
    async sendCommand(command: Command) {
      if (!client?.connected) return;
      const { commands } = topics(command.networkId, command.siteId);
      await publish({
        topic: commands,
        payload: encodeMessage('commands', command, signingKey),
        isRetained: false,
        qos: 1,
      });
    },
    start({ onMessage, onConnected, onError }) {
      const options: IClientOptions = {
        username: config.mqttUsername,
        password: config.mqttPassword,
        protocolVersion: 4,
        clean: true,
        keepalive: KEEPALIVE_S,
        reconnectPeriod: RECONNECT_MS,
        // Nothing is queued while away: a command must not age, and the rest is sent again on connection.
        queueQoSZero: false,
        resubscribe: false,
      };
      client = mqtt.connect(config.mqttUrl, options);
      client.on('connect', () => {
        // A command is two small packets: with Nagle's algorithm the second would wait for the first one's acknowledgement.
        (client?.stream as unknown as Socket | undefined)?.setNoDelay(true);
        client?.subscribe([...topicFilters.fromBridges], { qos: 1 }, (error) => {
          if (error) onError(error);
          else onConnected();
        });
      });
      client.on('message', (topic, payload, packet) => onMessage({ topic, payload, isRetained: packet.retain }));
      client.on('error', onError);
    },
    async stop() {
      await client?.endAsync();
      client = null;
    },
  };
}

/** For tools and tests that have no broker: nothing is connected, and commands go nowhere. */
export const noDoors: DoorGateway = { isConnected: () => false, sendCommand: async () => {} };
