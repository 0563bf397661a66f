import { databaseAddress } from "../address-kinds.ts";
import { duration, integer } from "../kinds.ts";
import type { SettingGroup } from "../setting.ts";

/** Which database is used, and how. */
export const database = {
  title: "Database",
  introduction:
    "Without `DATABASE_URL` an embedded Postgres in `DATA_DIR` is used. Only one process at a time can use it; several processes need a Postgres server.",
  settings: {
    DATABASE_URL: {
      kind: databaseAddress,
      default: null,
      description:
        "The Postgres server and database, with the parameters of libpq ([postgres.md](postgres.md)). When unset, the embedded database is used.",
      example: "postgres://gatehouse:password@localhost:5432/gatehouse",
    },
    DATABASE_DIRECT_URL: {
      kind: databaseAddress,
      default: null,
      description:
        "The server's own address, where `DATABASE_URL` is that of a pooler in transaction mode: notifications, locks and migrations use it. Statements are then not prepared.",
      example: "postgres://gatehouse:password@localhost:5432/gatehouse",
    },
    DATABASE_POOL_SIZE: {
      kind: integer(1, 1_000),
      default: "20",
      description: "The maximum number of connections that one process opens to the server.",
    },
    DATABASE_TIMEOUT: {
      kind: duration("1s", "5m"),
      default: "5s",
      description: "How long a request waits for the database before the response is 503.",
    },
  },
} satisfies SettingGroup;
