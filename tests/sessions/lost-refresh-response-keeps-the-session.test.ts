import { expect, test } from "bun:test";

import { eventually } from "../support/eventually.ts";
import { signUp } from "../support/journey.ts";
import { openRaw } from "../support/raw-http.ts";
import { auditOf, refreshed, statusOfMe } from "../support/session-calls.ts";
import { startTestApp } from "../support/test-app.ts";

function refreshRequest(refreshToken: string): string {
  const body = JSON.stringify({ refresh_token: refreshToken });
  const head = [
    "POST /api/v1/auth/refresh HTTP/1.1",
    "Host: localhost",
    "Content-Type: application/json",
    `Content-Length: ${body.length}`,
  ];
  return `${head.join("\r\n")}\r\n\r\n${body}`;
}

// security 52. Bad day: a phone in a tunnel; the rotation is committed, its response never read.
test("a client that lost the response repeats the refresh and continues", async () => {
  await using app = await startTestApp();
  const user = await signUp(app);
  const socket = await openRaw(app.url, refreshRequest(user.refreshToken));
  await eventually(
    () => auditOf(app, user.refreshToken),
    (actions) => actions.includes("session.refreshed"),
  );
  socket.destroy();

  const retried = await refreshed(app, user.refreshToken);
  expect(await statusOfMe(app, retried.accessToken)).toBe(200);
  const next = await refreshed(app, retried.refreshToken);
  expect(await statusOfMe(app, next.accessToken)).toBe(200);
  expect(await auditOf(app, user.refreshToken)).toEqual([
    "user.login",
    "session.refreshed",
    "session.refresh_grace",
    "session.refreshed",
  ]);
});

// security 52. The retry may overtake the request that was given up: both are of one token, so both get one successor.
test("the session stays usable whenever the connection breaks", async () => {
  await using app = await startTestApp();
  const newest: string[] = [];
  for (let round = 0; round < 30; round += 1) {
    const user = await signUp(app);
    const socket = await openRaw(app.url, refreshRequest(user.refreshToken));
    if (round > 0) await Bun.sleep(round / 4);
    socket.resetAndDestroy();
    const retried = await refreshed(app, user.refreshToken);
    expect(await statusOfMe(app, retried.accessToken)).toBe(200);
    newest.push(retried.refreshToken);
  }
  expect(app.log.filter((line) => line.includes("request failed"))).toEqual([]);

  // Draining lets the requests that were given up come to their end.
  await app.server.stop(0);
  const after = await app.replica();
  for (const token of newest) {
    const next = await refreshed(after, token);
    expect(await statusOfMe(after, next.accessToken)).toBe(200);
  }
});
