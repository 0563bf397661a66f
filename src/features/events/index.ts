export { eventBacklog } from "./backlog.ts";
export { announceDestinations } from "./announce-destinations.ts";
export { type EventType, eventCatalogue, eventTypes } from "./catalogue.ts";
export {
  deleteAbandonedDeliveries,
  deleteDeadEvents,
  deleteDeliveredEvents,
  deleteSettledEvents,
  wipeSecrets,
} from "./delete-expired.ts";
export { type DestinationStatus, readDestinationStatus } from "./read-status.ts";
export { reconcileDestinations } from "./reconcile-destinations.ts";
export { recordEventFor } from "./record-event-for.ts";
export { eventTopic, recordEvent, recordEventOf } from "./record-event.ts";
export { createRelay } from "./relay/relay.ts";
export { type ReplayFilter, replayEvents } from "./replay-events.ts";
export { wakeRelays } from "./wake-relays.ts";
export { eventDeliveries, eventDestinations, events, sealedEvents } from "./table.ts";
