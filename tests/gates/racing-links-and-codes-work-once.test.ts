import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";

import { databaseKinds } from "../support/databases.ts";
import type { ServerProcess } from "../support/executable.ts";
import {
  type MailingExecutable,
  registerByMail,
  signInTo,
  startMailingExecutable,
} from "../support/mailing-executable.ts";
import { race } from "../support/race.ts";

setDefaultTimeout(60_000);

const guesses = 1_000;
const racers = 20;

describe.each([...databaseKinds])("the executable on %s", (database) => {
  let running: MailingExecutable;

  beforeAll(async () => {
    running = await startMailingExecutable(database, {
      // A thousand statements at once wait for longer than the default on a busy machine.
      DATABASE_TIMEOUT: "60s",
    });
    if (database === "postgres") await running.start();
  });

  afterAll(async () => {
    await running[Symbol.asyncDispose]();
  });

  /** Whose turn it is: a database that takes several processes has two. */
  function serverOf(index: number): ServerProcess {
    return running.servers[index % running.servers.length] ?? running.server;
  }

  // Attack, or a double click: one link, used many times at once.
  // security 56
  test("opens one session for 20 concurrent uses of one link, and sets one of 20 passwords", async () => {
    const { email } = await registerByMail(running);
    await running.post("/magic-link", { email });
    const { token } = await running.mailOf("magic-link", email);
    const uses = await race(racers, (index) =>
      serverOf(index).post("/api/v1/auth/magic-link/verify", { token }),
    );
    const [winner, ...others] = uses.toSorted((left, right) => left.status - right.status);
    expect(winner?.status).toBe(200);
    for (const { json } of others) expect(json.error.code).toBe("INVALID_TOKEN");
    const bearer = String(winner?.json.data.access_token);
    const sessions = await running.server.call("GET", "/api/v1/users/me/sessions", { bearer });
    expect(sessions.json.data.items).toHaveLength(1);

    await running.post("/password/reset", { email });
    const reset = await running.mailOf("reset-password", email);
    const passwords = Array.from({ length: racers }, (_, index) => `Choice-Number-${index}!`);
    const resets = await race(racers, (index) =>
      serverOf(index).post("/api/v1/auth/password/reset-confirm", {
        token: reset.token,
        password: passwords[index],
      }),
    );
    const chosen = passwords.filter((_, index) => resets[index]?.status === 200);
    expect(chosen).toHaveLength(1);
    expect(resets.filter(({ status }) => status === 401)).toHaveLength(racers - 1);
    expect(await signInTo(running, email, { password: chosen[0] ?? "" })).toStartWith("ey");
    const me = await running.server.call("GET", "/api/v1/users/me", { bearer });
    expect(me.status).toBe(401);
  });

  // Attack: all guesses at once, so that each is compared before any is counted.
  // security 55
  test("compares at most five of 1,000 concurrent guesses of a code", async () => {
    const { email, userId } = await registerByMail(running);
    await running.post("/magic-link", { email });
    const { code, token } = await running.mailOf("magic-link", email);
    // The right one is in the middle.
    const statuses = await race(guesses, async (index) => {
      const guess = (Number(code) + index - guesses / 2 + 1_000_000) % 1_000_000;
      const json = { email, code: String(guess).padStart(6, "0") };
      return (await serverOf(index).post("/api/v1/auth/magic-link/verify", json)).status;
    });
    // One in 200 times it is among the five. A database that has too much to do is no way around either.
    const right = statuses.filter((status) => status === 200).length;
    expect(right).toBeLessThanOrEqual(1);
    expect(new Set(statuses).difference(new Set([200, 401, 503])).size).toBe(0);
    const late = await running.post("/magic-link/verify", { email, code });
    expect(late.json.error.code).toBe("INVALID_CODE");
    // The link of the same mail cannot be guessed, and is still good.
    const byLink = await running.post("/magic-link/verify", { token });
    expect(byLink.status).toBe(right === 0 ? 200 : 401);

    // The last test: only a database that no process uses can be read.
    await Promise.all(running.servers.map((server) => server.stop()));
    const [compared] = await running.home.rows(
      `select coalesce(sum(coalesce((detail ->> 'count')::int, 1)), 0)::int as count from audit_log where user_id = '${userId}' and action = 'user.login' and result = 'failure'
       and detail ->> 'by' = 'code' and detail ->> 'reason' is distinct from 'void_code'`,
    );
    // An attempt whose response is 503 is counted by the code, and has no row.
    expect(compared?.["count"]).toBeWithin(right === 0 ? 1 : 0, 6);
  });
});
