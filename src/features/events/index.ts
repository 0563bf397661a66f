export type { EventData, EventType } from "./event-types.ts";
export { recordEvent } from "./record-event.ts";
