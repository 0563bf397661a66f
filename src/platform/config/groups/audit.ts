import { boolean, choice, duration } from "../kinds.ts";
import type { SettingGroup } from "../setting.ts";

/** How long the audit log is kept, and where else its rows are written. */
export const audit = {
  title: "Audit log",
  introduction:
    "How long the audit log is kept, and where else its rows are written (docs/audit.md).",
  settings: {
    AUDIT_RETENTION: {
      kind: duration("1d", "36500d"),
      default: "365d",
      description:
        "How long rows of the audit log are kept. Older rows are deleted within about an hour, while a server runs.",
    },
    AUDIT_STREAM: {
      kind: choice("nats", "amqp", "redis", "kafka", "webhook"),
      default: null,
      description:
        "The destination of events that gets every row of the audit log as well, as an event `audit.<action>`. The setting of that destination is required with it.",
      example: "kafka",
    },
    LOG_AUDIT: {
      kind: boolean,
      default: "false",
      description:
        "Whether each row of the audit log is also logged, as a line of JSON in the fields of the Elastic Common Schema.",
    },
  },
} satisfies SettingGroup;
