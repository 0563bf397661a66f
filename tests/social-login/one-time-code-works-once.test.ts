import { createHash } from "node:crypto";
import { afterEach, describe, expect, setSystemTime, test } from "bun:test";

import { deleteExpiredRows } from "../../src/app/jobs/retention.ts";
import { auditOf } from "../support/audit-rows.ts";
import { databaseDump } from "../support/database-dump.ts";
import { databaseKinds } from "../support/databases.ts";
import { createFakeProvider } from "../support/fake-provider.ts";
import type { Answer } from "../support/http-call.ts";
import { freshEmail } from "../support/journey.ts";
import {
  appUri,
  codeFrom,
  ascending,
  countSessions,
  errorOf,
  exchange,
} from "../support/provider-journey.ts";
import { race } from "../support/race.ts";
import { type TestApp, useTestApp } from "../support/test-app.ts";

const acme = createFakeProvider("acme");
const providers = [acme];
const settings = { REDIRECT_URIS: appUri };
const verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const withChallenge = {
  code_challenge: createHash("sha256").update(verifier).digest("base64url"),
  code_challenge_method: "S256",
};

async function reasonOf(app: TestApp, answer: Answer): Promise<unknown> {
  const [row] = await auditOf(app, answer);
  expect(row).toMatchObject({ action: "user.login", result: "failure" });
  return Reflect.get(Object(row?.["detail"]), "reason");
}

describe.each([...databaseKinds])("20 exchanges of one code, on %s", (database) => {
  const app = useTestApp({ database, providers, settings });

  // Attack: a code that was read from a log or a Referer is exchanged beside the application.
  test("open one session", async () => {
    const replicas = database === "postgres" ? [app, await app.replica()] : [app];
    const code = await codeFrom(app, acme);
    const before = await countSessions(app);
    const answers = await race(20, (index) =>
      exchange(replicas[index % replicas.length] ?? app, code),
    );
    const statuses = answers.map(({ status }) => status).toSorted(ascending);
    expect(statuses).toEqual([200, ...Array.from({ length: 19 }, () => 401)]);
    expect(await countSessions(app)).toBe(before + 1);
  });
});

describe("a one-time code", () => {
  const app = useTestApp({ providers, settings });
  const invalid = [401, "INVALID_TOKEN"];

  afterEach(() => {
    setSystemTime();
  });

  test("that was used, made up, or is of another kind is refused", async () => {
    const code = await codeFrom(app, acme);
    const first = await exchange(app, code);
    expect(first.status).toBe(200);
    const second = await exchange(app, code);
    expect([errorOf(second), await reasonOf(app, second)]).toEqual([invalid, "used_code"]);
    for (const other of ["x", `${code}x`, first.json.data.refresh_token.slice(0, 512)]) {
      const answer = await exchange(app, other);
      expect([errorOf(answer), await reasonOf(app, answer)]).toEqual([invalid, "unknown_code"]);
    }
    expect((await app.post("/api/v1/auth/refresh", { refresh_token: code })).status).toBe(401);
  });

  test("is valid for 60 seconds", async () => {
    const start = Date.now();
    setSystemTime(start);
    const [early, late] = [await codeFrom(app, acme), await codeFrom(app, acme)];
    setSystemTime(start + 59_000);
    expect((await exchange(app, early)).status).toBe(200);
    setSystemTime(start + 60_000);
    const answer = await exchange(app, late);
    expect([errorOf(answer), await reasonOf(app, answer)]).toEqual([
      [401, "EXPIRED_TOKEN"],
      "expired_code",
    ]);
  });

  // Attack: another app on the phone has registered the same scheme and receives the code (RFC 7636 §1).
  // security 74
  test("with a challenge is exchanged with its verifier only, and without one with none", async () => {
    const code = await codeFrom(app, acme, { parameters: withChallenge });
    const outcomeOf = async (sent?: string) => {
      const answer = await exchange(app, code, sent);
      return [errorOf(answer), await reasonOf(app, answer)];
    };
    expect(await outcomeOf()).toEqual([invalid, "verifier_missing"]);
    expect(await outcomeOf(`${verifier}x`)).toEqual([invalid, "verifier_wrong"]);
    expect(await outcomeOf(withChallenge.code_challenge)).toEqual([invalid, "verifier_wrong"]);
    expect((await exchange(app, code, verifier)).status).toBe(200);

    const plain = await codeFrom(app, acme);
    const unexpected = await exchange(app, plain, verifier);
    expect([errorOf(unexpected), await reasonOf(app, unexpected)]).toEqual([
      invalid,
      "verifier_unexpected",
    ]);
  });

  test("is void when the user was disabled, or changed the password, or unlinked the identity since", async () => {
    for (const change of [
      "update users set disabled_at = now() where id = ",
      "update users set deleted_at = now() where id = ",
      "update users set credentials_version = credentials_version + 1 where id = ",
      "delete from identities where user_id = ",
    ]) {
      const email = freshEmail();
      const code = await codeFrom(app, acme, { profile: { email } });
      const [user] = await app.rows(`select id from users where email = '${email}'`);
      await app.rows(`${change} '${String(user?.["id"])}'`);
      const before = await countSessions(app);
      const answer = await exchange(app, code);
      expect([change, errorOf(answer)]).toEqual([change, invalid]);
      expect(await reasonOf(app, answer)).toBe("proof_void");
      expect(await countSessions(app)).toBe(before);
    }
  });

  test("is stored as a digest, and is in no log", async () => {
    const code = await codeFrom(app, acme);
    expect(await databaseDump(app)).not.toContain(code);
    await exchange(app, code);
    expect(app.log.join("\n")).not.toContain(code);
  });

  test("is deleted with the used tickets once it has expired", async () => {
    await codeFrom(app, acme);
    const count = async () => {
      const [row] = await app.rows(
        "select (select count(*)::integer from social_login_codes) as codes, (select count(*)::integer from used_tickets) as tickets",
      );
      return row;
    };
    await deleteExpiredRows(app.platform);
    const { codes, tickets } = Object(await count());
    expect(codes > 0 && tickets > 0).toBe(true);
    setSystemTime(Date.now() + 2 * 3_600_000);
    await deleteExpiredRows(app.platform);
    expect(await count()).toEqual({ codes: 0, tickets: 0 });
  });
});
