import { expect, setDefaultTimeout, test } from "bun:test";

import { createMigratedHome, type Home } from "../support/executable-home.ts";
import { type ServerProcess, startGatehouse } from "../support/executable.ts";
import { eventually } from "../support/eventually.ts";
import { freshEmail, goodPassword } from "../support/journey.ts";
import { createRoundRobin } from "../support/round-robin.ts";

setDefaultTimeout(60_000);

const callers = 6;
const settings = {
  REQUIRE_EMAIL_VERIFICATION: "false",
  JWT_SECRET_KEY: "kF3mQ9xT2vB7nR4wY8zL1pC6hJ5dS0gA-tests-only",
};

// security 138
test("replacing two replicas one after the other under load fails no request", async () => {
  await using home = await createMigratedHome("postgres");
  const running: Home = { ...home, settings: { ...home.settings, ...settings } };
  await using stack = new AsyncDisposableStack();
  const start = async (): Promise<ServerProcess> => stack.use(await startGatehouse(running));

  const old = await Promise.all([start(), start()]);
  await using balancer = createRoundRobin(old.map(({ url }) => url));
  await balancer.allReady();

  const email = freshEmail();
  const registered = await balancer.call("POST", "/api/v1/auth/register", {
    json: { email, password: goodPassword },
  });
  const bearer: string = registered.json.data.access_token;
  const statuses = new Map<string, number>();
  let loaded = true;
  const note = async (name: string, call: Promise<{ status: number }>): Promise<void> => {
    const outcome = await call.then(
      ({ status }) => `${name} ${status}`,
      (error: unknown) => `${name} ${String(error)}`,
    );
    statuses.set(outcome, (statuses.get(outcome) ?? 0) + 1);
  };
  const caller = async (index: number): Promise<void> => {
    while (loaded) {
      if (index === 0) {
        const json = { email, password: goodPassword };
        await note("login", balancer.call("POST", "/api/v1/auth/login", { json }));
      } else await note("me", balancer.call("GET", "/api/v1/users/me", { bearer }));
    }
  };
  const load = Promise.all(Array.from({ length: callers }, (_, index) => caller(index)));
  const someMore = async (): Promise<void> => {
    const before = statuses.get("me 200") ?? 0;
    await eventually(
      () => statuses.get("me 200") ?? 0,
      (count) => count > before + 200,
    );
  };

  for (const replica of old) {
    await someMore();
    balancer.add((await start()).url);
    await balancer.allReady();
    replica.signal("SIGTERM");
    expect(await replica.exited).toBe(0);
    balancer.remove(replica.url);
  }
  await someMore();
  loaded = false;
  await load;
  expect([...statuses.keys()].toSorted()).toEqual(["login 200", "me 200"]);
});
