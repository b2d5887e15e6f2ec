/** Version of the protocol, in every envelope and every body. Another version is refused, never guessed at. */
export const PROTOCOL_VERSION = 1;

/** A message is at most this many bytes on the wire. */
export const MAX_MESSAGE_BYTES = 256 * 1024;

/** A snapshot is cut into parts whose wire size stays under this, so that signature and header always fit beside it. */
export const SNAPSHOT_PART_BYTES = 200 * 1024;

/** 64 parts of 200 kB are about 35,000 grants: more is refused on reassembly rather than held in memory. */
export const MAX_SNAPSHOT_PARTS = 64;

/** A remote command lives at most this long, whatever its sender wrote. */
export const MAX_COMMAND_LIFE_MS = 10_000;

/** Batches of events (and of readings) that may wait for an acknowledgement at once. */
export const MAX_UNACKED_BATCHES = 20;

/** Items in one batch: with the longest access event, still under half of `MAX_MESSAGE_BYTES`. */
export const MAX_BATCH_ITEMS = 200;

/** The server sends a time beacon on every `hello` and then every so often. */
export const TIME_BEACON_MS = 60_000;

/** Devices in one `devices/seen`; with their settings still well under `MAX_MESSAGE_BYTES` (the sender looks). */
export const MAX_SEEN_DEVICES = 200;
