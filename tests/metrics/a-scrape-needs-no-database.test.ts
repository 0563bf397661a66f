import { expect, test } from "bun:test";

import { createApp } from "../../src/app/create-app.ts";
import { AppError } from "../../src/kernel/errors.ts";
import { callServer } from "../support/http-call.ts";
import { valuesIn } from "../support/scrape.ts";
import { useTestApp } from "../support/test-app.ts";

const app = useTestApp();

test("while the database gives no result, a scrape has all that needs none", async () => {
  const { platform } = app;
  const health = { phase: "serving", database: platform.database } as const;
  const away = {
    ...platform,
    dbForRequest: (): never => {
      throw new AppError("UNAVAILABLE", "The service is temporarily unavailable.");
    },
  };
  const { routes, fetch } = createApp(away, health);
  const server = Bun.serve({ hostname: "127.0.0.1", port: 0, routes, fetch });
  try {
    const { status, text } = await callServer(server.url.origin, "GET", "/metrics");
    expect(status).toBe(200);
    const values = valuesIn(text);
    expect(values.get("gatehouse_database_up")).toBe(0);
    expect(values.get("process_resident_memory_bytes")).toBeGreaterThan(0);
    expect([...values.keys()].filter((key) => /outbox|event_d|audit/.test(key))).toEqual([]);
  } finally {
    await server.stop(true);
  }
});

test("while a statement hangs, a scrape ends by its own deadline, and scrapes share the statement", async () => {
  const { platform } = app;
  let statements = 0;
  const held = Promise.withResolvers<never>();
  const away = {
    ...platform,
    dbForRequest: () => {
      statements += 1;
      return withHangingSelect(platform.db, held.promise);
    },
  };
  const { routes, fetch } = createApp(away, { phase: "serving", database: platform.database });
  const server = Bun.serve({ hostname: "127.0.0.1", port: 0, routes, fetch });
  try {
    const scrapes = [1, 2, 3].map(() => callServer(server.url.origin, "GET", "/metrics"));
    const answers = await Promise.all(scrapes);
    for (const { text } of answers) expect(valuesIn(text).get("gatehouse_database_up")).toBe(0);
    expect(statements).toBe(1);
  } finally {
    await server.stop(true);
  }
});

/** The database with a `select` that gives no result. */
function withHangingSelect(db: typeof app.platform.db, held: Promise<never>) {
  const from = () => held;
  return new Proxy(db, {
    get: (target, name) => (name === "select" ? () => ({ from }) : Reflect.get(target, name)),
  });
}
