import { expect, setDefaultTimeout, test } from "bun:test";

import { forbidden } from "../../bench/chaos/invariants.ts";
import { startGatehouse } from "../support/executable.ts";
import { createMigratedHome, type Home } from "../support/executable-home.ts";
import { eventually } from "../support/eventually.ts";
import { goodPassword } from "../support/journey.ts";
import {
  incompleteAccounts,
  type Registrations,
  registerUntilGone,
} from "../support/registrations.ts";

setDefaultTimeout(600_000);

const kills = 200;
const callers = 4;
const longestLoadMilliseconds = 60;

/** Each registration is one statement, and takes little longer than that: most of the time a kill interrupts it. */
const settings = {
  ENVIRONMENT: "test",
  JWT_SECRET_KEY: "kF3mQ9xT2vB7nR4wY8zL1pC6hJ5dS0gA-tests-only",
  BCRYPT_COST: "4",
  LOGIN_QUEUE: "1000",
  RATE_LIMITS_ENABLED: "false",
  MAIL_TRANSPORT: "none",
};

/** Without verification a registration also begins a session. */
const withSessions = { REQUIRE_EMAIL_VERIFICATION: "false" };

async function killUnderLoad(home: Home, more: Record<string, string>): Promise<Registrations> {
  const environment = { ...home.settings, ...settings, ...more };
  await using server = await startGatehouse({ cwd: home.cwd, settings: environment });
  const registrations: Registrations = { acknowledged: [], interrupted: [] };
  const load = registerUntilGone(server, registrations, callers);
  await eventually(
    () => registrations.acknowledged.length,
    (count) => count > 0,
    30,
  );
  await Bun.sleep(Math.random() * longestLoadMilliseconds);
  server.signal("SIGKILL");
  await load;
  return registrations;
}

// security 145
test(`${kills} times kill -9 in the midst of registrations loses none that was acknowledged, and leaves no incomplete account`, async () => {
  await using home = await createMigratedHome("postgres");
  // Events are stored while there is a destination. No process can send to this one.
  await home.rows(
    "insert into event_destinations (id, kind, created_at) values ('a', 'test', now())",
  );
  const acknowledged: string[] = [];
  const interrupted: string[] = [];
  const lastWithSessions: string[] = [];
  for (let kill = 0; kill < kills; kill += 1) {
    const found = await killUnderLoad(home, kill % 2 === 0 ? {} : withSessions);
    acknowledged.push(...found.acknowledged);
    interrupted.push(...found.interrupted);
    if (kill % 2 === 1) lastWithSessions.push(...found.acknowledged.slice(-1));
  }
  expect(interrupted).toHaveLength(kills * callers);

  const stored = new Set((await home.rows("select email from users")).map(({ email }) => email));
  expect(acknowledged.filter((email) => !stored.has(email))).toEqual([]);
  // The kills are on both sides of the commit: some accounts were stored without a response, and some were not stored.
  const storedUnanswered = interrupted.filter((email) => stored.has(email)).length;
  expect(storedUnanswered).toBeGreaterThan(0);
  expect(storedUnanswered).toBeLessThan(interrupted.length);

  expect(await home.rows(incompleteAccounts)).toEqual([]);
  for (const [name, query] of Object.entries(forbidden)) {
    if (name !== "an event that is not delivered") {
      expect([name, await home.rows(query)]).toEqual([name, []]);
    }
  }

  await using server = await startGatehouse({
    cwd: home.cwd,
    settings: { ...home.settings, ...settings, ...withSessions },
  });
  for (const email of lastWithSessions) {
    const signedIn = await server.post("/api/v1/auth/login", { email, password: goodPassword });
    expect([email, signedIn.status]).toEqual([email, 200]);
  }
});
