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
export { type SiteBroker, startSiteBroker } from './devices/site-broker.ts';
export { type DoorDisplay, doorDisplayTopic } from './devices/site-link.ts';
export { zigbee2mqtt } from './devices/zigbee2mqtt.ts';
export { createLog, isLogLevel, type Log } from './log.ts';
