import { describe, expect, test } from "bun:test";

import {
  type ChallengePurpose,
  consumeCode,
  consumeToken,
  findChallenge,
} from "../../src/features/email-challenges/index.ts";
import { anonymousAt, challengePurposes, insertUser, issueTo } from "../support/challenges.ts";
import { freshEmail } from "../support/journey.ts";
import { useTestApp } from "../support/test-app.ts";

const pairs = challengePurposes.flatMap((made) =>
  challengePurposes.filter((used) => used !== made).map((used) => [made, used] as const),
);

describe("on Postgres", () => {
  const app = useTestApp();

  /** Whose challenge the token or the code uses up, for this purpose, or null. */
  function useToken(purpose: ChallengePurpose, token: string) {
    return consumeToken(anonymousAt(app), purpose, token);
  }

  function useCode(purpose: ChallengePurpose, email: string, code: string) {
    return consumeCode(anonymousAt(app), { purpose, email, code });
  }

  async function expectVoid(
    purpose: ChallengePurpose,
    email: string,
    secrets: { token: string; code: string },
  ): Promise<void> {
    expect(await findChallenge(anonymousAt(app), purpose, secrets.token)).toBeNull();
    expect(await useToken(purpose, secrets.token)).toBeNull();
    expect(await useCode(purpose, email, secrets.code)).toBeNull();
  }

  // Attack: a link or code that is easily had is carried to where it would do more.
  // security 57
  test.each(pairs)(
    "a challenge for %s is invalid for %s, and is not consumed by the attempt",
    async (made, used) => {
      const user = await insertUser(app);
      const secrets = await issueTo(app, user, made);
      await expectVoid(used, user.email, secrets);
      expect(await useToken(made, secrets.token)).toMatchObject({ userId: user.userId });
    },
  );

  // security 57
  test.each([...challengePurposes])(
    "a challenge for %s is invalid for another user",
    async (purpose) => {
      const [attacker, victim] = [await insertUser(app), await insertUser(app)];
      const [own, victims] = [
        await issueTo(app, attacker, purpose),
        await issueTo(app, victim, purpose),
      ];
      if (own.code !== victims.code) {
        expect(await useCode(purpose, victim.email, own.code)).toBeNull();
      }
      expect(await useToken(purpose, own.token)).toMatchObject({ userId: attacker.userId });
      expect(await useToken(purpose, victims.token)).toMatchObject({ userId: victim.userId });
    },
  );

  // security 57, 64
  test.each([...challengePurposes])(
    "a challenge for %s ends with its user's credentials, and with the user",
    async (purpose) => {
      const [changed, deleted] = [await insertUser(app), await insertUser(app)];
      const [first, second] = [
        await issueTo(app, changed, purpose),
        await issueTo(app, deleted, purpose),
      ];
      expect(await findChallenge(anonymousAt(app), purpose, first.token)).toMatchObject({
        state: "active",
        userId: changed.userId,
      });
      await app.rows(
        `update users set credentials_version = credentials_version + 1 where id = '${changed.userId}'`,
      );
      await app.rows(`update users set deleted_at = now() where id = '${deleted.userId}'`);
      await expectVoid(purpose, changed.email, first);
      await expectVoid(purpose, deleted.email, second);
    },
  );

  // security 57
  test("a challenge for a former address is invalid; only change-email is for an address that is not the user's yet", async () => {
    const user = await insertUser(app);
    const email = freshEmail();
    const forOld = await issueTo(app, user, "magic-link");
    const forNew = await issueTo(app, { ...user, email }, "change-email");
    const stray = await issueTo(app, { ...user, email }, "reset-password");
    expect(await useToken("reset-password", stray.token)).toBeNull();
    await app.rows(`update users set email = '${email}' where id = '${user.userId}'`);
    await expectVoid("magic-link", user.email, forOld);

    expect(await useToken("change-email", forNew.token)).toEqual({
      userId: user.userId,
      email,
      credentialsVersion: 1,
      previousEmail: email,
      wasVerified: true,
    });
    expect(await findChallenge(anonymousAt(app), "change-email", forNew.token)).toEqual({
      state: "consumed",
      userId: user.userId,
      email,
    });
  });

  // The address in a code's digest is the one that it was mailed to.
  // security 57
  test("a code is looked up by its user's present address only", async () => {
    const user = await insertUser(app);
    const { code } = await issueTo(app, user, "magic-link");
    expect(await useCode("magic-link", freshEmail(), code)).toBeNull();
    expect(await useCode("magic-link", user.email, code)).toMatchObject({ userId: user.userId });
  });
});
