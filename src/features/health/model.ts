import { Type } from "@sinclair/typebox";

/** The plain object that `/health` and `/health/ready` answer. */
export const healthSchema = Type.Object({
  status: Type.Union([Type.Literal("healthy"), Type.Literal("unhealthy")]),
  service: Type.String(),
  version: Type.String(),
  database: Type.Union([Type.Literal("connected"), Type.Literal("disconnected")]),
  timestamp: Type.String({ format: "date-time" }),
});

/** The plain object that `/health/live` answers. */
export const livenessSchema = Type.Object({
  status: Type.Literal("alive"),
  service: Type.String(),
  version: Type.String(),
  timestamp: Type.String({ format: "date-time" }),
});
