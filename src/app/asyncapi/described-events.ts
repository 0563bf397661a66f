import { type TSchema, Type } from "@sinclair/typebox";

import { auditEventSchema } from "../../features/audit/index.ts";
import { eventCatalogue } from "../../features/events/index.ts";

/** An event, or several with the same data, as the documents describe it. */
export interface DescribedEvent {
  /** Its key in the AsyncAPI document. */
  readonly key: string;
  /** Its heading in docs/events.md. */
  readonly title: string;
  readonly description: string;
  /** The schema of `event_type`. */
  readonly type: TSchema;
  readonly data: TSchema;
}

const ofCatalogue = Object.entries(eventCatalogue).map(([key, { description, data }]) => ({
  key,
  title: key,
  description,
  type: Type.Literal(key),
  data,
}));

const ofAuditLog: DescribedEvent = {
  key: "audit",
  title: "audit.<action>",
  description:
    "A row of the audit log was written. Only the destination of `AUDIT_STREAM` gets these. `event_id` is the `id` of the row.",
  type: Type.String({ pattern: "^audit\\.[a-z_]+\\.[a-z_]+$" }),
  data: auditEventSchema,
};

/** All events: those of the catalogue, and the rows of the audit log. */
export const describedEvents: readonly DescribedEvent[] = [...ofCatalogue, ofAuditLog];
