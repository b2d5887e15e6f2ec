export { type Bridge, type BridgeOptions, createBridge } from './bridge.ts';
export { type Cancel, systemTime, type TimeSource } from './clock/time-source.ts';
export {
  type BridgeConfig,
  type BridgeFile,
  BridgeFileSchema,
  ConfigError,
  loadConfig,
  parseConfig,
} from './config.ts';
export type { Codec, DeviceReport, Heard, SiteMessage } from './devices/codec.ts';
export { parsePath, valueAt } from './devices/json-path.ts';
export { problemsOf } from './devices/problems.ts';
export { CODECS } from './devices/registry.ts';
export { type SiteBroker, startSiteBroker } from './devices/site-broker.ts';
export { type DoorDisplay, doorDisplayTopic } from './devices/site-topics.ts';
export { parseTemplate } from './devices/template.ts';
export { createLog, isLogLevel, type Log } from './log.ts';
