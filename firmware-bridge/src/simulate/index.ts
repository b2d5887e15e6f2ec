export { serveSimulator } from './http.ts';
export { seededRandom } from './random.ts';
export {
  createSimulatedSite,
  type PresentationOutcome,
  type Presented,
  type SimulatedDoorConfig,
  type SimulatedDoorState,
  type SimulatedSite,
  type SimulatedSiteConfig,
  type SimulatedSiteState,
} from './site.ts';
