import { expect, test } from "bun:test";

import { decodeToken, forgeToken, hmac } from "../support/forge-token.ts";
import { logIn, registerVerified, signUp } from "../support/journey.ts";
import { outcomeOfRefresh, sessionOf } from "../support/session-calls.ts";
import { useTestApp } from "../support/test-app.ts";

const chosen = "018f2c6e-0000-7000-8000-000000000000";
const hints = {
  cookie: `session=${chosen}; sid=${chosen}; refresh_token=${chosen}`,
  "x-session-id": chosen,
};
const app = useTestApp();

// security 51. Attack: session fixation, by cookie, header or query.
test("a session id that the client sends with the sign-in is not used", async () => {
  const { email, password, userId } = await registerVerified(app);
  const signedIn = await app.post(
    `/api/v1/auth/login?session_id=${chosen}&sid=${chosen}`,
    { email, password },
    { headers: hints },
  );
  expect(signedIn.status).toBe(200);
  const granted = await app.call("POST", "/oauth/token", {
    form: { grant_type: "password", username: email, password, session_id: chosen, sid: chosen },
    headers: hints,
  });
  expect(granted.status).toBe(200);

  const given = [signedIn.json.data.access_token, granted.json.access_token].map(sessionOf);
  expect(new Set([...given, chosen]).size).toBe(3);
  const rows = await app.rows(`select id from sessions where user_id = '${userId}'`);
  expect(new Set(rows.map(({ id }) => id))).toEqual(new Set(given));
});

// security 51
test("a sign-in that names a session or a token in its body is refused", async () => {
  const { email, password, userId } = await registerVerified(app);
  for (const name of ["session_id", "sid", "refresh_token", "id"]) {
    const answer = await app.post("/api/v1/auth/login", { email, password, [name]: chosen });
    expect([name, answer.status, answer.json.error.code]).toEqual([name, 400, "VALIDATION_ERROR"]);
  }
  expect(await app.rows(`select id from sessions where user_id = '${userId}'`)).toEqual([]);
});

// security 51. Attack: a victim signs in while the attacker's session is in the victim's browser.
test("signing in with another session's token opens a new session", async () => {
  const attacker = await signUp(app);
  const victim = await registerVerified(app);
  const before = await logIn(app, attacker);
  const signedIn = await app.post(
    "/api/v1/auth/login",
    { email: victim.email, password: victim.password },
    {
      bearer: before.json.data.access_token,
      headers: { cookie: `refresh_token=${attacker.refreshToken}` },
    },
  );
  const { access_token, user_id } = signedIn.json.data;
  expect(user_id).toBe(victim.userId);
  expect(sessionOf(access_token)).not.toBe(sessionOf(before.json.data.access_token));
});

// security 51. Even under our own secret: what the database does not know is no session.
test("a refresh token for a session that was never opened opens none", async () => {
  const user = await signUp(app);
  const { header, claims } = decodeToken(user.refreshToken);
  const secret = app.platform.settings.jwtSecretKey;
  const token = forgeToken({ header, claims: { ...claims, sid: chosen } }, hmac(secret));
  expect(await outcomeOfRefresh(app, token)).toEqual([401, "INVALID_TOKEN"]);
  expect(await app.rows(`select id from sessions where id = '${chosen}'`)).toEqual([]);
});
