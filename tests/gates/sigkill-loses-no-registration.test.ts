import { describe, expect, setDefaultTimeout, test } from "bun:test";

import { databaseKinds } from "../support/databases.ts";
import { createMigratedHome, type Home } from "../support/executable-home.ts";
import { startGatehouse } from "../support/executable.ts";
import { eventually } from "../support/eventually.ts";
import { goodPassword } from "../support/journey.ts";
import { readMailFiles } from "../support/mail-files.ts";
import { incompleteAccounts, registerUntilGone } from "../support/registrations.ts";

setDefaultTimeout(60_000);

const rounds = 3;
const callers = 6;
const fastHashes = { ENVIRONMENT: "test", BCRYPT_COST: "4", LOGIN_QUEUE: "1000" };

async function killUnderLoad(home: Home): Promise<string[]> {
  await using server = await startGatehouse(home);
  const acknowledged: string[] = [];
  const load = registerUntilGone(server, { acknowledged, interrupted: [] }, callers);
  await eventually(
    () => acknowledged.length,
    (count) => count > 1,
    30,
  );
  await Bun.sleep(Math.random() * 500);
  server.signal("SIGKILL");
  await load;
  return acknowledged;
}

describe.each([...databaseKinds])("kill -9 under load on %s", (kind) => {
  // part of security 131, 145
  test("loses no acknowledged registration, and leaves none incomplete", async () => {
    await using home = await createMigratedHome(kind);
    const running = {
      ...home,
      settings: { ...home.settings, ...fastHashes, RATE_LIMITS_ENABLED: "false" },
    };
    const acknowledged: string[] = [];
    const lastOfEach: string[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const emails = await killUnderLoad(running);
      acknowledged.push(...emails);
      lastOfEach.push(...emails.slice(-15));
    }
    expect(acknowledged.length).toBeGreaterThan(rounds);

    const users = await home.rows("select email from users");
    const stored = new Set(users.map(({ email }) => email));
    expect(acknowledged.filter((email) => !stored.has(email))).toEqual([]);
    expect(await home.rows(incompleteAccounts)).toEqual([]);
    expect(await home.rows("select id from events")).toEqual([]);

    // The killed workers' leases would run out by themselves, after two minutes.
    await home.rows("update outbox set available_at = now() where delivered_at is null");
    await using server = await startGatehouse(running);
    const tokens = await eventually(
      async () => mailTokens(home.dataDirectory),
      (found) => lastOfEach.every((email) => found.has(email)),
      30,
    );
    const signIns = await Promise.all(
      lastOfEach.map(async (email) => {
        const token = tokens.get(email);
        const verified = await server.post("/api/v1/auth/verify-email", { token });
        const signedIn = await server.post("/api/v1/auth/login", { email, password: goodPassword });
        return [verified.status, signedIn.status];
      }),
    );
    expect(signIns).toEqual(lastOfEach.map(() => [200, 200]));
  });
});

async function mailTokens(dataDirectory: string): Promise<Map<string, string>> {
  const mails = await readMailFiles(dataDirectory);
  return new Map(mails.map(({ to, token }) => [to, token]));
}
