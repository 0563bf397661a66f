import { describe, expect, test } from "bun:test";

import { codeOf } from "../support/error-code.ts";
import { meanwhile } from "../support/held-rows.ts";
import { freshEmail, logIn, signUp } from "../support/journey.ts";
import { changePassword } from "../support/password-reset.ts";
import { race } from "../support/race.ts";
import { sessionOf } from "../support/session-calls.ts";
import { freshProfile, identitiesOf, linkTo, resolve } from "../support/social-login.ts";
import { useTestApp } from "../support/test-app.ts";
import { eventsOf } from "../support/user-administration.ts";

describe("on Postgres", () => {
  const app = useTestApp();

  test("a user links an identity with any address, and signs in with it", async () => {
    const user = await signUp(app);
    const profile = freshProfile({ email: freshEmail(), emailVerified: false, name: "Ada" });
    const identity = await linkTo(app, user, profile);
    expect(identity).toMatchObject({ provider: "example", email: profile.email });
    const found = await resolve(app, profile);
    expect([found.user.id, found.user.email, found.identityId]).toEqual([
      user.userId,
      user.email,
      identity.id,
    ]);
    expect(found.user.name).toBe("Ada");
    const audit = await app.rows(
      `select session_id, detail from audit_log where user_id = '${user.userId}' and action = 'user.identity_linked'`,
    );
    expect(audit).toEqual([
      { session_id: sessionOf(user.accessToken), detail: { provider: "example" } },
    ]);
  });

  // security 79: an identity of another user, and 20 requests at once; a part of security 128
  test("of twenty concurrent links one row is written, and all succeed", async () => {
    const user = await signUp(app);
    const profile = freshProfile();
    const linked = await race(20, () => linkTo(app, user, profile));
    expect(new Set(linked.map(({ id }) => id)).size).toBe(1);
    expect(await identitiesOf(app, user.userId)).toHaveLength(1);
    expect(await eventsOf(app, user.userId, "user.identity_linked")).toEqual([
      { user_id: user.userId, provider: "example" },
    ]);
    const stranger = await signUp(app);
    expect(await codeOf(linkTo(app, stranger, profile))).toBe("CONFLICT");
    expect(await identitiesOf(app, stranger.userId)).toEqual([]);
    const audit = await app.rows(
      `select detail from audit_log where user_id = '${stranger.userId}' and action = 'user.identity_linked'`,
    );
    expect(audit).toEqual([
      { detail: expect.objectContaining({ by: "example", reason: "linked_to_another" }) },
    ]);
  });
});

describe("on postgres", () => {
  const app = useTestApp();

  // security 79
  test("of two users who race to link one identity, one gets it", async () => {
    const users = [await signUp(app), await signUp(app)] as const;
    const profile = freshProfile();
    const codes = await race(10, (index) =>
      codeOf(linkTo(app, users[index % 2 === 0 ? 0 : 1], profile)),
    );
    const winner = await resolve(app, profile);
    const winnerIndex = winner.user.id === users[0].userId ? 0 : 1;
    expect(codes).toEqual(codes.map((_, index) => (index % 2 === winnerIndex ? null : "CONFLICT")));
  });

  // Attack: a session is taken over later, or its user has changed the password because of that.
  // security 79
  test.each([
    ["ended", "update sessions set ended_at = now() where id = $session"],
    [
      "was proven more than 20 minutes ago",
      "update sessions set authenticated_at = now() - interval '20 minutes' where id = $session",
    ],
    ["is of a disabled user", "update users set disabled_at = now() where id = $user"],
    ["is of a deleted user", "update users set deleted_at = now() where id = $user"],
  ])("a session that %s links nothing", async (_name, change) => {
    const user = await signUp(app);
    await app.rows(
      change
        .replace("$session", `'${sessionOf(user.accessToken)}'`)
        .replace("$user", `'${user.userId}'`),
    );
    expect(await codeOf(linkTo(app, user, freshProfile()))).toBe("REAUTHENTICATION_REQUIRED");
    expect(await identitiesOf(app, user.userId)).toEqual([]);
  });

  // security 79
  test("another user's session links nothing, and neither does one whose user has changed the password", async () => {
    const user = await signUp(app);
    const stranger = await signUp(app);
    const mixed = { userId: user.userId, accessToken: stranger.accessToken };
    expect(await codeOf(linkTo(app, mixed, freshProfile()))).toBe("REAUTHENTICATION_REQUIRED");
    const elsewhere = await logIn(app, user);
    expect(elsewhere.status).toBe(200);
    await changePassword(app, user);
    const stolen = { userId: user.userId, accessToken: elsewhere.json.data.access_token };
    expect(await codeOf(linkTo(app, stolen, freshProfile()))).toBe("REAUTHENTICATION_REQUIRED");
    expect(await identitiesOf(app, user.userId)).toEqual([]);
  });

  // Attack: the thief of a session links their own identity while its user signs out.
  test("a session that ends while the link is written links nothing", async () => {
    const user = await signUp(app);
    const session = sessionOf(user.accessToken);
    const code = await meanwhile(
      app,
      `update sessions set ended_at = now() where id = '${session}'`,
      () => codeOf(linkTo(app, user, freshProfile())),
    );
    expect(code).toBe("REAUTHENTICATION_REQUIRED");
    expect(await identitiesOf(app, user.userId)).toEqual([]);
  });
});
