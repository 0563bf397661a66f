export { deleteUnwantedEvents } from "./delete-unwanted.ts";
export { recordEvent } from "./record-event.ts";
