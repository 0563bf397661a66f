import { beforeAll, describe, expect, setSystemTime, test } from "bun:test";

import { auditOf } from "../support/audit-rows.ts";
import { type BrowserUser, signUpInBrowser } from "../support/browser-session.ts";
import { registerClient, type TestClient } from "../support/clients.ts";
import { databaseDump } from "../support/database-dump.ts";
import { databaseKinds } from "../support/databases.ts";
import { race } from "../support/race.ts";
import {
  authorizeAs,
  authorizeQuery,
  callback,
  codeOf,
  redeem,
  registerBothKinds,
  responseOf,
} from "../support/relying-party.ts";
import { useTestApp } from "../support/test-app.ts";

describe.each([...databaseKinds])("an authorization code on %s", (database) => {
  const app = useTestApp({ database });
  let user: BrowserUser;
  let client: TestClient;
  let open: TestClient;

  beforeAll(async () => {
    user = await signUpInBrowser(app);
    ({ client, open } = await registerBothKinds(app));
  }, 30_000);

  const scope = "openid offline_access";
  const statusOfUser = async (token: string) =>
    (await app.call("GET", "/oauth/userinfo", { bearer: token })).status;
  const refresh = (form: Record<string, string>, by: TestClient) =>
    app.call("POST", "/oauth/token", {
      form: { grant_type: "refresh_token", ...form },
      headers: by.secret === "" ? {} : { authorization: by.authorization },
    });

  // RFC 6749 §4.1.2, §10.5: the attacker and the client redeem one code at the same time.
  test("20 redemptions at once give one set of tokens, and after a replay none", async () => {
    for (let round = 0; round < 3; round += 1) {
      const code = await codeOf(app, client.id, user.token, { scope });
      const answers = await race(20, () => redeem(app, client, code));
      const winners = answers.filter(({ status }) => status === 200);
      expect(winners).toHaveLength(1);
      const refused = answers.filter(
        ({ status, json }) => status === 400 && json.error === "invalid_grant",
      );
      expect(refused).toHaveLength(19);
      expect((await redeem(app, client, code)).json.error).toBe("invalid_grant");
      const { access_token: token, refresh_token } = winners[0]?.json ?? {};
      expect(await statusOfUser(token)).toBe(401);
      expect((await refresh({ refresh_token }, client)).json.error).toBe("invalid_grant");
      expect(
        await app.rows(
          `select count(*)::int as "open" from sessions where client_id = '${client.id}' and ended_at is null and end_reason is null and parent_session_id is not null and created_at > now() - interval '1 minute'`,
        ),
      ).toEqual([{ open: 0 }]);
    }
  }, 30_000);

  // The statements are the same on both: these tests run once.
  if (database === "embedded") return;

  test("a replay 40 seconds or a day later ends what the code gave, and is recorded", async () => {
    for (const laterSeconds of [40, 86_000]) {
      const code = await codeOf(app, client.id, user.token, { scope });
      const tokens = (await redeem(app, client, code)).json;
      expect(await statusOfUser(tokens.access_token)).toBe(200);
      setSystemTime(new Date(Date.now() + laterSeconds * 1000));
      try {
        const replay = await redeem(app, client, code);
        expect([replay.status, replay.json.error]).toEqual([400, "invalid_grant"]);
        expect(await statusOfUser(tokens.access_token)).toBe(401);
        const recorded = await auditOf(app, replay);
        expect(recorded).toContainEqual(
          expect.objectContaining({ action: "session.code_reuse", user_id: user.userId }),
        );
      } finally {
        setSystemTime();
      }
    }
  });

  test("it lives for a minute", async () => {
    const code = await codeOf(app, client.id, user.token);
    setSystemTime(new Date(Date.now() + 60_000));
    try {
      expect((await redeem(app, client, code)).json.error).toBe("invalid_grant");
    } finally {
      setSystemTime();
    }
  });

  // RFC 6749 §10.5, RFC 7636 §4.6, RFC 9700 §4.5, §4.8: code injection
  test("another client, redirect URI or verifier does not redeem it, and does not use it up", async () => {
    const other = await registerClient(app, { name: "Other", redirectUris: [callback] });
    const code = await codeOf(app, client.id, user.token);
    const wrong = [
      await redeem(app, other, code),
      await redeem(app, open, code),
      await redeem(app, client, code, { redirect_uri: `${callback}/` }),
      await redeem(app, client, code, { redirect_uri: undefined }),
      await redeem(app, client, code, { code_verifier: "x".repeat(43) }),
      await redeem(app, client, code, { code_verifier: undefined }),
      await redeem(app, client, `${code}x`),
    ];
    for (const answer of wrong) {
      expect([answer.status, answer.json]).toEqual([
        400,
        { error: "invalid_grant", error_description: "The authorization code is not valid." },
      ]);
    }
    expect((await redeem(app, client, code)).status).toBe(200);
    // RFC 9700 §4.8.2: the attacker removed the challenge.
    const without = { code_challenge: undefined, code_challenge_method: undefined };
    const downgraded = await codeOf(app, client.id, user.token, without);
    expect((await redeem(app, client, downgraded)).json.error).toBe("invalid_grant");
    expect((await redeem(app, client, downgraded, { code_verifier: undefined })).status).toBe(200);
  });

  test("a client that does not authenticate, with a wrong secret or without one, gets nothing", async () => {
    const code = await codeOf(app, client.id, user.token);
    const answers = [
      await redeem(app, { id: client.id }, code),
      await redeem(app, { id: client.id }, code, { client_secret: "wrong" }),
      await redeem(app, { id: "client_none" }, code),
    ];
    for (const { status, json } of answers)
      expect([status, json.error]).toEqual([401, "invalid_client"]);
    expect((await redeem(app, client, code)).status).toBe(200);
  });

  test("a public client redeems with its id and verifier alone; its refresh tokens rotate and are its own", async () => {
    const code = await codeOf(app, open.id, user.token, { scope });
    const tokens = (await redeem(app, { id: open.id }, code)).json;
    const own = { refresh_token: tokens.refresh_token };
    expect((await refresh(own, client)).json.error).toBe("invalid_grant");
    expect((await refresh(own, { ...client, secret: "" })).json.error).toBe("invalid_grant");
    const atApi = await app.post("/api/v1/auth/refresh", own);
    expect(atApi.status).toBe(401);
    const renewed = await refresh({ ...own, client_id: open.id }, open);
    expect(renewed.status).toBe(200);
    expect(renewed.json.refresh_token).not.toBe(tokens.refresh_token);
    const narrower = { refresh_token: renewed.json.refresh_token, client_id: open.id };
    const narrowed = await refresh({ ...narrower, scope: "openid" }, open);
    expect(narrowed.json.scope).toBe("openid");
  });

  test("a sign-out in the browser ends the sessions of clients; so does the end of the session in the list", async () => {
    const other = await signUpInBrowser(app);
    const code = await codeOf(app, client.id, other.token, { scope });
    const tokens = (await redeem(app, client, code)).json;
    const unused = await codeOf(app, client.id, other.token, { scope });
    const [parent] = await app.rows(
      `select parent_session_id as id from sessions where client_id = '${client.id}' and user_id = '${other.userId}'`,
    );
    const signedIn = await app.post("/api/v1/auth/login", {
      email: other.email,
      password: other.password,
    });
    const bearer: string = signedIn.json.data.access_token;
    const path = `/api/v1/users/me/sessions/${String(parent?.["id"])}`;
    expect((await app.call("DELETE", path, { bearer })).status).toBe(204);
    expect(await statusOfUser(tokens.access_token)).toBe(401);
    expect((await refresh({ refresh_token: tokens.refresh_token }, client)).status).toBe(400);
    expect((await redeem(app, client, unused)).json.error).toBe("invalid_grant");
  });

  test("codes and tokens are in no table and no log", async () => {
    const answer = await authorizeAs(app, authorizeQuery(client.id, { scope }), user.token);
    const code = responseOf(answer)["code"] ?? "";
    const tokens = (await redeem(app, client, code)).json;
    const stored = await databaseDump(app);
    for (const secret of [code, tokens.access_token, tokens.refresh_token, tokens.id_token]) {
      expect(stored).not.toContain(secret);
      expect(app.log.join("\n")).not.toContain(secret);
    }
  });
});
