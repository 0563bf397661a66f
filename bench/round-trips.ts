import { createApp } from "../src/app/create-app.ts";
import { createPlatform } from "../src/app/create-platform.ts";
import { eventually } from "../tests/support/eventually.ts";
import { freshEmail, goodPassword, signUp } from "../tests/support/journey.ts";
import { startTestApp } from "../tests/support/test-app.ts";
import type { Measurement } from "./measurement.ts";

/** P5: statements sent to the database for one request, counted where they leave for the driver. */
export const roundTrips: Measurement = {
  name: "round trips",
  async measure() {
    await using served = await startTestApp();
    const user = await signUp(served);
    let statements = 0;
    const platform = createPlatform(served.platform.settings, {
      log: served.platform.log,
      mailer: served.mailer,
      onStatement: () => {
        statements += 1;
      },
    });
    // An application of its own on the same database: without workers and health checks in the count.
    const { routes, fetch } = createApp(platform, {
      phase: "serving",
      database: platform.database,
    });

    async function count(path: string, body?: unknown): Promise<number> {
      const before = statements;
      const answer = routes[`/api/v1${path}`] ?? fetch;
      const request = new Request(`http://localhost/api/v1${path}`, {
        method: body === undefined ? "GET" : "POST",
        headers: {
          authorization: `Bearer ${user.accessToken}`,
          "content-type": "application/json",
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const { ok, status } = await answer(request, { requestIP: () => ({ address: "127.0.0.1" }) });
      if (!ok) throw new Error(`${path}: ${status}`);
      return statements - before;
    }

    const { email, password, accessToken, refreshToken } = user;
    const counted = [
      ["login", 3, await count("/auth/login", { email, password })],
      ["refresh", 2, await count("/auth/refresh", { refresh_token: refreshToken })],
      [
        "register",
        3,
        await count("/auth/register", { email: freshEmail(), password: goodPassword }),
      ],
      [
        "validate-token, not cached",
        1,
        await count("/auth/validate-token", { token: accessToken }),
      ],
      ["users/me, not cached", 1, await count("/users/me")],
      ["forward, not cached", 1, await count("/auth/forward")],
    ] as const;
    // Only who hears of changes may remember.
    await platform.changes.start();
    await eventually(
      () => count("/users/me"),
      (statements) => statements === 0,
    );
    const cached = [
      ["validate-token, cached", 0, await count("/auth/validate-token", { token: accessToken })],
      ["users/me, cached", 0, await count("/users/me")],
      ["forward, cached", 0, await count("/auth/forward")],
    ] as const;
    await platform.database.close();
    return [...counted, ...cached].map(([what, atMost, value]) => ({
      id: "P5",
      what: `round trips: ${what}`,
      value,
      unit: "",
      target: { atMost },
      rounds: [value],
    }));
  },
};
