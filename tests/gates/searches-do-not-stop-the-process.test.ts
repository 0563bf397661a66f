import { expect, setDefaultTimeout, test } from "bun:test";

import { createMigratedHome } from "../support/executable-home.ts";
import { startGatehouse } from "../support/executable.ts";
import { freshEmail, goodPassword } from "../support/journey.ts";

setDefaultTimeout(120_000);

// The search that takes longest: every character of the posts begins a match that fails at its last character.
const query = `${"a".repeat(199)}b`;
const makePosts = `insert into posts (user_id, post_data, visibility, created_at, updated_at)
  select users.id, repeat('a', 10000), 'private', now(), now() from users, generate_series(1, 3000)`;

// One user's search took 11.8 s on the event loop, for which nothing else was served.
// security 162
test("the executable responds to /health/live while a user's largest search runs on the embedded database", async () => {
  await using home = await createMigratedHome("embedded");
  const settings = {
    REQUIRE_EMAIL_VERIFICATION: "false",
    MAIL_TRANSPORT: "none",
    DATABASE_TIMEOUT: "60s",
  };
  const user = { email: freshEmail(), password: goodPassword };
  {
    await using server = await startGatehouse({ ...home, settings });
    expect((await server.post("/api/v1/auth/register", user)).status).toBe(201);
    expect(await server.stop()).toBe(0);
  }
  await home.rows(makePosts);

  await using server = await startGatehouse({ ...home, settings });
  const signedIn = await server.post("/api/v1/auth/login", user);
  const bearer: string = signedIn.json.data.access_token;
  const began = performance.now();
  let isRunning = true;
  const searching = server.call("GET", `/api/v1/posts?q=${query}`, { bearer }).finally(() => {
    isRunning = false;
  });
  const waits: number[] = [];
  while (isRunning) {
    const asked = performance.now();
    expect((await server.call("GET", "/health/live")).status).toBe(200);
    if (isRunning) waits.push(performance.now() - asked);
    await Bun.sleep(5);
  }
  const duration = performance.now() - began;

  // Served during the search, and none after half of its time: on the event loop there would be one response, at the end.
  expect(waits.length).toBeGreaterThan(5);
  expect(Math.max(...waits)).toBeLessThan(duration / 2);
  const { status, json } = await searching;
  expect([status, json.data.items]).toEqual([200, []]);
  expect(json.data.next_cursor).toBeString();
  expect((await server.call("GET", "/api/v1/users/me", { bearer })).status).toBe(200);
});
