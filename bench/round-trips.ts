import { createCountedApp } from "../tests/support/counted-app.ts";
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
    // An application of its own on the same database: without workers and health checks in the count.
    await using counted = createCountedApp(served);

    async function count(path: string, json?: unknown): Promise<number> {
      const before = counted.statements;
      const method = json === undefined ? "GET" : "POST";
      const call = { bearer: user.accessToken, ...(json === undefined ? {} : { json }) };
      const { status } = await counted.call(method, `/api/v1${path}`, call);
      if (status < 200 || status > 299) throw new Error(`${path}: ${status}`);
      return counted.statements - before;
    }

    const { email, password, accessToken, refreshToken } = user;
    const uncached = [
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
    await counted.platform.changes.start();
    await eventually(
      () => count("/users/me"),
      (statements) => statements === 0,
    );
    const cached = [
      ["validate-token, cached", 0, await count("/auth/validate-token", { token: accessToken })],
      ["users/me, cached", 0, await count("/users/me")],
      ["forward, cached", 0, await count("/auth/forward")],
    ] as const;
    return [...uncached, ...cached].map(([what, atMost, value]) => ({
      id: "P5",
      what: `round trips: ${what}`,
      value,
      unit: "",
      target: { atMost },
      rounds: [value],
    }));
  },
};
