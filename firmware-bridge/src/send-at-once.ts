import type { Socket } from 'node:net';

/**
 * Turns Nagle's algorithm off for an MQTT client's present connection: it would hold a second small packet back until the broker's
 * delayed acknowledgement of the first, some 40 ms later.
 */
export function sendAtOnce(client: { readonly stream: unknown }): void {
  // A TLS or TCP socket; the client's type names only the stream that it is used as.
  (client.stream as Socket).setNoDelay(true);
}
