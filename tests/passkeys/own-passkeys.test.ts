import { describe, expect, test } from "bun:test";

import { auditOf } from "../support/audit-rows.ts";
import { databaseKinds } from "../support/databases.ts";
import { type SignedInUser, signUp } from "../support/journey.ts";
import {
  addPasskey,
  ownPasskeys,
  register,
  newPasskey,
  signInWithPasskey,
} from "../support/passkeys.ts";
import { race } from "../support/race.ts";
import { statusOfMe } from "../support/session-calls.ts";
import { freshProfile, linkTo } from "../support/social-login.ts";
import { type TestApp, useTestApp } from "../support/test-app.ts";
import { eventsOf } from "../support/user-administration.ts";

function remove(app: TestApp, { accessToken: bearer }: { accessToken: string }, id: unknown) {
  return app.call("DELETE", `${ownPasskeys}/${String(id)}`, { bearer });
}

function rename(app: TestApp, { accessToken: bearer }: SignedInUser, id: string, json: unknown) {
  return app.call("PATCH", `${ownPasskeys}/${id}`, { bearer, json });
}

async function withoutPassword(app: TestApp): Promise<SignedInUser> {
  const user = await signUp(app);
  await app.rows(`update users set password_hash = null where id = '${user.userId}'`);
  return user;
}

describe.each([...databaseKinds])("on %s", (database) => {
  const app = useTestApp({ database });

  test("a user lists, renames and removes their passkeys", async () => {
    const user = await signUp(app);
    const first = await addPasskey(app, user.accessToken);
    const second = await register(app, user.accessToken, newPasskey(), { name: "Key" });
    const { id } = second.json.data.passkey;
    const page = await app.call("GET", `${ownPasskeys}?limit=1`, { bearer: user.accessToken });
    expect(page.json.data.items).toMatchObject([{ id, name: "Key" }]);
    const { next_cursor: cursor } = page.json.data;
    const next = await app.call("GET", `${ownPasskeys}?limit=1&cursor=${cursor}`, {
      bearer: user.accessToken,
    });
    expect(next.json.data).toMatchObject({
      items: [{ id: first.id, name: "Passkey" }],
      next_cursor: null,
    });

    const renamed = await rename(app, user, id, { name: "Blue key" });
    expect([renamed.status, renamed.json.data.passkey.name]).toEqual([200, "Blue key"]);
    expect(await auditOf(app, renamed)).toMatchObject([
      { action: "user.passkey_renamed", result: "success", detail: { passkey_id: id } },
    ]);
    for (const json of [{}, { name: "" }, { name: "a\u0000b" }, { name: "a", user_id: "b" }]) {
      expect((await rename(app, user, id, json)).status).toBe(400);
    }

    const removed = await remove(app, user, first.id);
    expect([removed.status, removed.text]).toEqual([204, ""]);
    expect(await eventsOf(app, user.userId, "user.passkey_removed")).toEqual([
      { user_id: user.userId, passkey_id: first.id },
    ]);
    expect(await auditOf(app, removed)).toMatchObject([
      { action: "user.passkey_removed", result: "success", detail: { passkey_id: first.id } },
    ]);
    expect((await signInWithPasskey(app, first.passkey)).status).toBe(401);
    expect(await statusOfMe(app, user.accessToken)).toBe(200);
    expect((await remove(app, user, first.id)).status).toBe(404);
  });

  // The statements are the same on both: these tests run once.
  if (database === "embedded") return;

  // part of security 80
  test("the last way to sign in is not removed, whatever it is", async () => {
    const user = await withoutPassword(app);
    const { id } = await addPasskey(app, user.accessToken);
    const refused = await remove(app, user, id);
    expect([refused.status, refused.json.error.code]).toEqual([409, "CONFLICT"]);
    expect(await auditOf(app, refused)).toMatchObject([
      { action: "user.passkey_removed", result: "failure", detail: { reason: "CONFLICT" } },
    ]);
    const identity = await linkTo(app, user, freshProfile());
    expect((await remove(app, user, id)).status).toBe(204);
    const unlink = (identityId: string) =>
      app.call("DELETE", `/api/v1/users/me/identities/${identityId}`, { bearer: user.accessToken });
    expect((await unlink(identity.id)).status).toBe(409);
    await addPasskey(app, user.accessToken);
    expect((await unlink(identity.id)).status).toBe(204);
  });
});

describe("on postgres", () => {
  const app = useTestApp();

  // security 92
  test("another user's passkey is not found", async () => {
    const owner = await signUp(app);
    const { id, passkey } = await addPasskey(app, owner.accessToken);
    const stranger = await signUp(app);
    await addPasskey(app, stranger.accessToken);
    for (const foreign of [id, "no-id", "019aa000-0000-7000-8000-000000000000"]) {
      const answers = [
        await rename(app, stranger, foreign, { name: "Mine" }),
        await remove(app, stranger, foreign),
      ];
      expect(answers.map(({ status, json }) => [status, json.error.code])).toEqual([
        [404, "NOT_FOUND"],
        [404, "NOT_FOUND"],
      ]);
    }
    const listed = await app.call("GET", ownPasskeys, { bearer: owner.accessToken });
    expect(listed.json.data.items).toMatchObject([{ id, name: "Passkey" }]);
    expect((await signInWithPasskey(app, passkey)).status).toBe(200);
  });

  // part of security 80, 128
  test("of parallel removals of every way to sign in one is refused", async () => {
    const user = await withoutPassword(app);
    const identity = await linkTo(app, user, freshProfile());
    const passkeys = [
      await addPasskey(app, user.accessToken),
      await addPasskey(app, user.accessToken),
    ];
    const paths = [
      `/api/v1/users/me/identities/${identity.id}`,
      ...passkeys.map(({ id }) => `${ownPasskeys}/${id}`),
    ];
    const answers = await race(paths.length, (index) =>
      app.call("DELETE", paths[index] ?? "", { bearer: user.accessToken }),
    );
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([204, 204, 409]);
  });

  test("every passkey call needs a signed-in user", async () => {
    const id = "019aa000-0000-7000-8000-000000000000";
    const answers = [
      await app.call("GET", ownPasskeys),
      await app.call("PATCH", `${ownPasskeys}/${id}`, { json: { name: "a" } }),
      await app.call("DELETE", `${ownPasskeys}/${id}`),
      await app.post("/api/v1/auth/passkeys/register/verify", {}),
    ];
    expect(answers.map(({ status }) => status)).toEqual([401, 401, 401, 401]);
  });

  test("a user with a second factor is told that a passkey is one", async () => {
    const user = await signUp(app);
    await addPasskey(app, user.accessToken);
    await app.rows(
      `insert into totp_factors (user_id, sealed_secret, confirmed_at, created_at)
       values ('${user.userId}', 'sealed', now(), now())`,
    );
    const answer = await app.post("/api/v1/auth/login", {
      email: user.email,
      password: user.password,
    });
    expect([answer.status, answer.json.error.details.methods]).toEqual([403, ["totp", "passkey"]]);
  });
});
