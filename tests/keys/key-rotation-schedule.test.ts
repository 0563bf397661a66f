import { afterEach, expect, setSystemTime, test } from "bun:test";

import { maintainKeys } from "../../src/features/keys/index.ts";
import { createSystemContext } from "../../src/platform/platform.ts";
import { eventually } from "../support/eventually.ts";
import { logIn, signUp } from "../support/journey.ts";
import { race } from "../support/race.ts";
import { keyIdOf, publishedKeys, signingKeyId } from "../support/signing-keys.ts";
import { startTestApp, type TestApp } from "../support/test-app.ts";

afterEach(() => {
  setSystemTime();
});

const hour = 3_600_000;
const day = 24 * hour;

function rotateDue(app: TestApp): Promise<void> {
  return maintainKeys(createSystemContext(app.platform, "test"));
}

function keyIds(app: TestApp): Promise<string[]> {
  return publishedKeys(app).then((keys) => keys.map(({ kid }) => String(kid)));
}

const settings = {
  JWT_ALGORITHM: "EdDSA",
  JWT_KEY_ROTATION: "10d",
  JWT_ACCESS_TOKEN_TTL: "1h",
  JWT_REFRESH_TOKEN_TTL: "3d",
};

test("next, current, retired, deleted: published a day ahead, verifying as long as any token is valid", async () => {
  const start = Date.now();
  await using app = await startTestApp({ settings });
  const user = await signUp(app);
  const first = keyIdOf(user.accessToken);

  setSystemTime(start + 9 * day - hour);
  await rotateDue(app);
  expect(await keyIds(app)).toEqual([first]);

  setSystemTime(start + 9 * day + hour);
  await rotateDue(app);
  const both = await eventually(
    () => keyIds(app),
    (ids) => ids.length === 2,
  );
  const second = both.find((id) => id !== first) ?? "";
  expect(await signingKeyId(app, user)).toBe(first);
  await rotateDue(app);
  expect(await keyIds(app)).toEqual(both);

  setSystemTime(start + 10 * day);
  const last = await logIn(app, user);
  expect(keyIdOf(last.json.data.access_token)).toBe(first);

  setSystemTime(start + 10 * day + 2 * hour);
  expect(await signingKeyId(app, user)).toBe(second);
  expect(await keyIds(app)).toEqual(both);

  setSystemTime(start + 13 * day - hour);
  await rotateDue(app);
  const refreshed = await app.post("/api/v1/auth/refresh", {
    refresh_token: last.json.data.refresh_token,
  });
  expect([refreshed.status, keyIdOf(refreshed.json.data.refresh_token)]).toEqual([200, second]);

  setSystemTime(start + 13 * day + 2 * hour);
  expect(await keyIds(app)).toEqual([second]);
  await rotateDue(app);
  expect(await app.rows("select id, verify_until from signing_keys")).toEqual([
    { id: second, verify_until: null },
  ]);
  expect(
    await app.rows("select detail from audit_log where action = 'signing_key.deleted'"),
  ).toEqual([{ detail: { key_ids: [first] } }]);
});

// Bad day: every replica finds at the same time that a rotation is due.
test("of three concurrent rotations one succeeds, ten times", async () => {
  const start = Date.now();
  await using app = await startTestApp({ settings });
  const replicas = [app, await app.replica(), await app.replica()];
  for (let round = 1; round <= 10; round += 1) {
    setSystemTime(start + round * 10 * day);
    await race(9, (index) => rotateDue(replicas[index % 3] ?? app));
    const [newest] = await app.rows("select max(generation) as generation from signing_keys");
    expect(newest).toEqual({ generation: round + 1 });
  }
  const created = await app.rows("select id from audit_log where action = 'signing_key.created'");
  expect(created).toHaveLength(11);
});

test("the rotation job runs on its own", async () => {
  const start = Date.now();
  await using app = await startTestApp({ settings });
  setSystemTime(start + 9 * day + hour);
  const replica = await app.replica();
  await eventually(
    () => keyIds(replica),
    (ids) => ids.length === 2,
  );
  await eventually(
    () => keyIds(app),
    (ids) => ids.length === 2,
  );
});

test("a key pair of an unused algorithm is deleted when its last token has expired", async () => {
  const start = Date.now();
  await using app = await startTestApp({ settings });
  const user = await signUp(app);
  const changed = await app.replica({ JWT_ALGORITHM: "HS256" });
  await app.server.stop(0);

  setSystemTime(start + 10 * day + hour);
  await rotateDue(changed);
  expect(await changed.rows("select verify_until is null as unused from signing_keys")).toEqual([
    { unused: false },
  ]);
  expect(await signingKeyId(changed, user)).toBe(changed.platform.keyRing.current().id);
  setSystemTime(start + 13 * day + 2 * hour);
  await rotateDue(changed);
  expect(await changed.rows("select id from signing_keys")).toEqual([]);
});

test("without refresh rotation a refresh token is valid as long as its session, though its key is retired", async () => {
  const start = Date.now();
  const kept = { ...settings, REFRESH_TOKEN_ROTATION: "false", SESSION_MAX_AGE: "30d" };
  await using app = await startTestApp({ settings: kept });
  const user = await signUp(app);
  setSystemTime(start + 9 * day + hour);
  // The last one that the first key signs.
  const { json } = await logIn(app, user);
  await rotateDue(app);
  const [row] = await app.rows(
    "select extract(epoch from first.verify_until - second.active_from)::int as seconds from signing_keys first, signing_keys second where first.generation = 1 and second.generation = 2",
  );
  expect(row?.["seconds"]).toBe(30 * 24 * 3600);
  const { refresh_token } = json.data;
  for (let days = 11; days < 39; days += 2) {
    setSystemTime(start + days * day);
    await rotateDue(app);
    const { status } = await app.post("/api/v1/auth/refresh", { refresh_token });
    expect([days, status]).toEqual([days, 200]);
  }
});
