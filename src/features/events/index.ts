export { eventTopic, recordEvent } from "./record-event.ts";
