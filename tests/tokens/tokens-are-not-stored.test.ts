import { describe, expect, test } from "bun:test";

import { databaseKinds } from "../support/databases.ts";
import { databaseDump } from "../support/database-dump.ts";
import { decodeToken } from "../support/forge-token.ts";
import { freshEmail, goodPassword, logIn, mailTo } from "../support/journey.ts";
import { startTestApp } from "../support/test-app.ts";

describe.each([...databaseKinds])("on %s", (database) => {
  // Attack: a copy of the database or of the log, to sign in with what is in it.
  // security 39
  test("neither the database nor the log has a token, a token's id, a mailed secret or a password", async () => {
    await using app = await startTestApp({ database });
    const email = freshEmail();
    await app.post("/api/v1/auth/register", { email, password: goodPassword });
    const first = await mailTo(app, email);
    await app.post("/api/v1/auth/resend-verification", { email });
    const second = await mailTo(app, email, 2);
    await app.post("/api/v1/auth/verify", { email, code: "000000" });
    const whileWaiting = await databaseDump(app);
    await app.post("/api/v1/auth/verify-email", { token: second.token });

    const { data: signedIn } = (await logIn(app, { email, password: goodPassword })).json;
    const refreshed = await app.post("/api/v1/auth/refresh", {
      refresh_token: signedIn.refresh_token,
    });
    const granted = await app.call("POST", "/oauth/token", {
      form: { grant_type: "password", username: email, password: goodPassword },
    });
    await app.call("GET", "/api/v1/users/me", { bearer: signedIn.access_token });
    await app.post("/api/v1/auth/validate-token", { token: signedIn.access_token });
    await app.post("/api/v1/auth/logout", { refresh_token: granted.json.refresh_token });
    await app.post("/api/v1/auth/refresh", { refresh_token: granted.json.refresh_token });

    const tokens: string[] = [
      signedIn.access_token,
      signedIn.refresh_token,
      refreshed.json.data.access_token,
      refreshed.json.data.refresh_token,
      granted.json.access_token,
      granted.json.refresh_token,
    ];
    const secrets = [
      goodPassword,
      first.token,
      second.token,
      ...tokens,
      ...tokens.map((token) => token.split(".").at(-1) ?? ""),
      ...tokens.map((token) => String(decodeToken(token).claims["jti"])),
    ];
    const places = {
      database: `${whileWaiting}\n${await databaseDump(app)}`,
      log: app.log.join("\n"),
    };

    // That the dump shows what there is to see.
    expect(places.database).toContain(String(decodeToken(tokens[0] ?? "").claims["sid"]));
    expect(places.database).toContain("user.registered");
    for (const [place, text] of Object.entries(places)) {
      expect([place, secrets.filter((secret) => text.includes(secret))]).toEqual([place, []]);
      for (const { code } of [first, second]) {
        expect(text).not.toMatch(new RegExp(`(?<![A-Za-z0-9_-])${code}(?![A-Za-z0-9_-])`));
      }
    }
  });
});
