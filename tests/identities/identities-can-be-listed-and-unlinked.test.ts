import { describe, expect, test } from "bun:test";

import { auditOf } from "../support/audit-rows.ts";
import { meanwhile } from "../support/held-rows.ts";
import { goodPassword, logIn, signUp } from "../support/journey.ts";
import { askForReset, confirmReset } from "../support/password-reset.ts";
import { race } from "../support/race.ts";
import { statusOfMe } from "../support/session-calls.ts";
import {
  freshProfile,
  identitiesOf,
  linkTo,
  resolve,
  signUpSocially,
} from "../support/social-login.ts";
import { type TestApp, useTestApp } from "../support/test-app.ts";
import { eventsOf } from "../support/user-administration.ts";

const path = "/api/v1/users/me/identities";

function unlink(app: TestApp, bearer: string, id: unknown) {
  return app.call("DELETE", `${path}/${String(id)}`, { bearer });
}

describe("on Postgres", () => {
  const app = useTestApp();

  // part of security 100: neither the subject nor anything else of the row is in the response
  test("a user sees their own identities, newest first, in pages", async () => {
    const user = await signUpSocially(app);
    const second = await linkTo(app, user, freshProfile({ email: null }), { provider: "other" });
    await signUpSocially(app);
    const answer = await app.call("GET", path, { bearer: user.accessToken });
    expect(answer.status).toBe(200);
    const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
    const times = { created_at: time, last_used_at: time };
    const [first] = await identitiesOf(app, user.userId);
    expect(answer.json.data).toEqual({
      items: [
        { id: second.id, provider: "other", email: null, ...times },
        { id: first?.["id"], provider: "example", email: user.email, ...times },
      ],
      next_cursor: null,
    });
    const page = await app.call("GET", `${path}?limit=1`, { bearer: user.accessToken });
    const { next_cursor: cursor } = page.json.data;
    const next = await app.call("GET", `${path}?limit=1&cursor=${cursor}`, {
      bearer: user.accessToken,
    });
    expect(next.json.data.items).toEqual([answer.json.data.items[1]]);
    expect((await app.call("GET", path)).status).toBe(401);
  });

  // security 80
  test("an identity is unlinked, but not the last way to sign in, and not another user's", async () => {
    const user = await signUpSocially(app);
    const second = await linkTo(app, user, freshProfile(), { provider: "other" });
    const stranger = await signUp(app);
    expect((await unlink(app, stranger.accessToken, second.id)).status).toBe(404);
    expect((await unlink(app, user.accessToken, "no-id")).status).toBe(404);

    const unlinked = await unlink(app, user.accessToken, second.id);
    expect(unlinked.status).toBe(204);
    expect(await statusOfMe(app, user.accessToken)).toBe(200);
    expect(await eventsOf(app, user.userId, "user.identity_unlinked")).toEqual([
      { user_id: user.userId, provider: "other" },
    ]);
    expect(await auditOf(app, unlinked)).toMatchObject([
      { action: "user.identity_unlinked", result: "success", detail: { provider: "other" } },
    ]);

    const [last] = await identitiesOf(app, user.userId);
    const refused = await unlink(app, user.accessToken, last?.["id"]);
    expect([refused.status, refused.json.error.code]).toEqual([409, "CONFLICT"]);
    expect(await auditOf(app, refused)).toMatchObject([
      { action: "user.identity_unlinked", result: "failure", detail: { reason: "CONFLICT" } },
    ]);
    expect(await identitiesOf(app, user.userId)).toHaveLength(1);
  });

  // Bad day: two devices, or an impatient finger.
  // security 80
  test("concurrent requests to unlink leave one way to sign in", async () => {
    const user = await signUpSocially(app);
    await linkTo(app, user, freshProfile());
    await linkTo(app, user, freshProfile());
    const stored = await identitiesOf(app, user.userId);
    const statuses = await race(6, async (index) => {
      return (await unlink(app, user.accessToken, stored[index % 3]?.["id"])).status;
    });
    expect(statuses.filter((status) => status === 204)).toHaveLength(2);
    expect(await identitiesOf(app, user.userId)).toHaveLength(1);
  });
});

describe("on postgres", () => {
  const app = useTestApp();

  // security 80
  test("an identity that is unlinked meanwhile is no other way to sign in", async () => {
    const user = await signUpSocially(app);
    const second = await linkTo(app, user, freshProfile());
    const [first] = await identitiesOf(app, user.userId);
    const answer = await meanwhile(
      app,
      `select id from users where id = '${user.userId}' for no key update;
       delete from identities where id = '${second.id}'`,
      () => unlink(app, user.accessToken, first?.["id"]),
    );
    expect(answer.status).toBe(409);
    expect(await identitiesOf(app, user.userId)).toHaveLength(1);
  });

  test("with a password the last identity is unlinked, and signs in to the account no more", async () => {
    const user = await signUpSocially(app);
    await confirmReset(app, await askForReset(app, user.email), goodPassword);
    const login = await logIn(app, { email: user.email, password: goodPassword });
    const [last] = await identitiesOf(app, user.userId);
    const { access_token: accessToken } = login.json.data;
    expect((await unlink(app, accessToken, last?.["id"])).status).toBe(204);
    expect(await identitiesOf(app, user.userId)).toEqual([]);
    const elsewhere = { ...user.profile, email: `other-${user.email}` };
    expect((await resolve(app, elsewhere)).user.id).not.toBe(user.userId);
  });

  // part of security 128: the same request again
  test("of twenty concurrent requests to unlink one identity, one succeeds", async () => {
    const user = await signUpSocially(app);
    const { id } = await linkTo(app, user, freshProfile());
    const statuses = await race(20, async () => (await unlink(app, user.accessToken, id)).status);
    expect(statuses.toSorted((left, right) => left - right)).toEqual([
      204,
      ...Array.from({ length: 19 }, () => 404),
    ]);
    expect(await eventsOf(app, user.userId, "user.identity_unlinked")).toHaveLength(1);
  });

  // part of security 99: over HTTP, by a user who has no password
  test("a user without password deletes the account, and the identity opens a new one", async () => {
    const user = await signUpSocially(app);
    const deleted = await app.call("DELETE", "/api/v1/users/me", { bearer: user.accessToken });
    expect(deleted.status).toBe(200);
    expect(await statusOfMe(app, user.accessToken)).toBe(401);
    const again = await resolve(app, user.profile);
    expect(again.user.id).not.toBe(user.userId);
    expect(again.user.email).toBe(user.email);
  });
});
