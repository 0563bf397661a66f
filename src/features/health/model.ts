import { Type } from "@sinclair/typebox";

/** The body of `/health` and `/health/ready`. */
export const healthSchema = Type.Object(
  {
    status: Type.Union([Type.Literal("healthy"), Type.Literal("unhealthy")]),
    service: Type.String(),
    version: Type.String(),
    database: Type.Union([Type.Literal("connected"), Type.Literal("disconnected")]),
    writes: Type.Optional(
      Type.Literal("refused", {
        description: "Present while the disk is nearly full: reads go on, and writes get 503.",
      }),
    ),
    timestamp: Type.String({ format: "date-time" }),
  },
  { $id: "Health" },
);

/** The body of `/health/live`. */
export const livenessSchema = Type.Object({
  status: Type.Literal("alive"),
  service: Type.String(),
  version: Type.String(),
  timestamp: Type.String({ format: "date-time" }),
});
