import { beforeAll, describe, expect, test } from "bun:test";

import { recordAudit } from "../../src/features/audit/index.ts";
import {
  type ChallengeEffects,
  consumeCode,
  consumeToken,
} from "../../src/features/email-challenges/index.ts";
import {
  anonymousAt,
  challengePurposes,
  credentialsVersionOf,
  insertUser,
  issueTo,
  renewCredentials,
} from "../support/challenges.ts";
import { databaseKinds } from "../support/databases.ts";
import { race } from "../support/race.ts";
import { type TestApp, useTestApp } from "../support/test-app.ts";

const racers = 20;

describe.each([...databaseKinds])("on %s", (database) => {
  const app = useTestApp({ database });
  let replicas: readonly TestApp[];

  beforeAll(async () => {
    replicas = database === "postgres" ? [app, await app.replica()] : [app];
  });

  function replica(index: number): TestApp {
    return replicas[index % replicas.length] ?? app;
  }

  /** Effects of which one can be counted. */
  function noted(others: ChallengeEffects["consumed"] = () => []): ChallengeEffects {
    const entry = { action: "user.email_verified", detail: { by: "test" } } as const;
    return {
      consumed: (challenge) => [
        ...others(challenge),
        recordAudit(anonymousAt(app), { ...entry, result: "success", userId: challenge.userId }),
      ],
      refused: () => undefined,
    };
  }

  async function timesNoted(userId: string): Promise<number> {
    const rows = await app.rows(
      `select id from audit_log where user_id = '${userId}' and detail->>'by' = 'test'`,
    );
    return rows.length;
  }

  // security 56
  test.each([...challengePurposes])(
    "of 20 concurrent uses of one link or code for %s one succeeds, and its effects happen once",
    async (purpose) => {
      const user = await insertUser(app);
      const { email } = user;
      const { token, code } = await issueTo(app, user, purpose);
      const results = await race(racers, (index) => {
        const ctx = anonymousAt(replica(index));
        return index % 2 === 0
          ? consumeToken(ctx, purpose, token, noted())
          : consumeCode(ctx, { purpose, email, code }, noted());
      });
      expect(results.filter((result) => result !== null)).toEqual([
        {
          userId: user.userId,
          email,
          credentialsVersion: 1,
          previousEmail: email,
          wasVerified: true,
        },
      ]);
      expect(await timesNoted(user.userId)).toBe(1);
    },
  );

  // The statements are the same on both: these tests run once.
  if (database === "embedded") return;

  // Bad day: the new address is confirmed while a stolen mailbox resets the password.
  // security 56, 64
  test("of two links that revoke each other one is consumed", async () => {
    for (let round = 0; round < 10; round += 1) {
      const user = await insertUser(app);
      const links = [
        { purpose: "reset-password", ...(await issueTo(app, user, "reset-password")) },
        { purpose: "change-email", ...(await issueTo(app, user, "change-email")) },
        { purpose: "magic-link", ...(await issueTo(app, user, "magic-link")) },
      ] as const;
      const results = await race(links.length, async (index) => {
        const link = links[index];
        if (!link) throw new Error("no link");
        const ctx = anonymousAt(replica(index));
        return consumeToken(
          ctx,
          link.purpose,
          link.token,
          noted((challenge) => [renewCredentials(challenge)]),
        );
      });
      expect(results.filter((result) => result !== null)).toHaveLength(1);
      expect(await timesNoted(user.userId)).toBe(1);
      expect(await credentialsVersionOf(app, user.userId)).toBe(2);
    }
  }, 30_000);
});
