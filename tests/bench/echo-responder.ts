import { connectAsync } from 'mqtt';

/* The least that a process can do between two MQTT messages: BROKER_URL; answers `echo/ping` with `echo/pong`. */

const client = await connectAsync(process.env.BROKER_URL as string, { clientId: 'echo' });
(client.stream as unknown as { setNoDelay(on: boolean): void }).setNoDelay(true);
client.on('message', (_topic, payload) => client.publish('echo/pong', payload, { qos: 0 }));
await client.subscribeAsync('echo/ping', { qos: 1 });
process.stdout.write('ready\n');
