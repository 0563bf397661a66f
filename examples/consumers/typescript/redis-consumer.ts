import { RedisClient } from "bun";

import { handleOnce } from "./store.ts";

type Entries = [id: string, fields: string[]][];

const redis = new RedisClient(process.env["REDIS_URL"] ?? "redis://127.0.0.1:6379");
const [stream, group, consumer] = ["gatehouse:events", "example", "example-1"];
try {
  await redis.send("XGROUP", ["CREATE", stream, group, "0", "MKSTREAM"]);
} catch (error) {
  if (!String(error).includes("BUSYGROUP")) throw error;
}

/** Reads after an id: `0` has what this consumer was given and has not acknowledged, `>` has what is new. */
async function read(after: string): Promise<Entries> {
  const from = [
    "GROUP",
    group,
    consumer,
    "COUNT",
    "100",
    "BLOCK",
    "5000",
    "STREAMS",
    stream,
    after,
  ];
  const streams = (await redis.send("XREADGROUP", from)) as Record<string, Entries> | null;
  return streams?.[stream] ?? [];
}

for (let after = "0"; ;) {
  const entries = await read(after);
  for (const [id, fields] of entries) {
    handleOnce(fields[fields.indexOf("event") + 1] ?? "");
    await redis.send("XACK", [stream, group, id]);
  }
  if (entries.length === 0) after = ">";
}
