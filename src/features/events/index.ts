export { type EventData, type EventType, eventCatalogue, eventTypes } from "./catalogue.ts";
export { createRelay } from "./relay/relay.ts";
export { recordEventFor } from "./record-event-for.ts";
export { eventTopic, recordEvent, recordEventOf } from "./record-event.ts";
export { eventDeliveries, eventDestinations, events, sealedEvents } from "./table.ts";
