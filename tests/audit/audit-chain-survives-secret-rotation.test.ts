import { expect, test } from "bun:test";

import { openAuditScene } from "../support/audit-scene.ts";
import { databaseKinds } from "../support/databases.ts";
import { failureOf } from "../support/failure-of.ts";

const [first, second, third] = ["first", "second", "third"].map(
  (name) => `${name}-kF3mQ9xT2vB7nR4wY8zL1pC6hJ5dS0gA-tests-only`,
);
const ownKey = "an-encryption-key-of-its-own-tests-only";
const keyCopies = "select jsonb_array_length(keys) as copies from audit_chain";

// security 158
test.each([...databaseKinds])(
  "on %s every row can still be verified after several changes of secrets",
  async (database) => {
    await using scene = await openAuditScene(database, { JWT_SECRET_KEY: first ?? "" });
    await scene.write(2);
    await scene.seal();
    const changes = [
      { JWT_SECRET_KEY: second ?? "", JWT_SECRET_KEY_PREVIOUS: first ?? "" },
      // A leak: the old secret verifies no token any more, and still opens.
      { JWT_SECRET_KEY: third ?? "", ENCRYPTION_KEY_PREVIOUS: second ?? "" },
      // The key that is set apart at last.
      {
        JWT_SECRET_KEY: third ?? "",
        ENCRYPTION_KEY: ownKey,
        ENCRYPTION_KEY_PREVIOUS: third ?? "",
      },
      { JWT_SECRET_KEY: first ?? "", ENCRYPTION_KEY: ownKey },
    ];
    for (const settings of changes) {
      await scene.reseal(settings);
      await scene.write(1);
      expect(await scene.seal(settings)).toBeGreaterThan(0);
      expect((await scene.verify(undefined, settings)).fault).toBeNull();
    }
    expect(await scene.rows(keyCopies)).toEqual([{ copies: 1 }]);
    const renewals = await scene.rows(
      "select detail from audit_log where action = 'secrets.resealed' order by id",
    );
    const renewal = { detail: { table: "audit_chain", count: 1 } };
    expect(renewals).toEqual([renewal, renewal, renewal]);
  },
);

// The bad day: an ENCRYPTION_KEY with a typing mistake must not begin another chain beside the right one.
test("with another secret the log can neither be checked nor continued, and nothing is lost", async () => {
  await using scene = await openAuditScene("postgres");
  await scene.write(2);
  await scene.seal();
  await scene.write(1);
  const wrong = { JWT_SECRET_KEY: second ?? "" };
  await scene.reseal(wrong);
  expect((await failureOf(scene.seal(wrong))).message).toMatch(/ENCRYPTION_KEY/);
  expect((await scene.verify(undefined, wrong)).fault).toMatch(/key cannot be opened/);
  expect(await scene.seal()).toBe(1);
  expect((await scene.verify()).fault).toBeNull();
});

test("of several replicas that find no key, one creates it", async () => {
  await using scene = await openAuditScene("postgres");
  await scene.write(3);
  const counts = await Promise.all(Array.from({ length: 10 }, () => scene.seal()));
  expect(counts.reduce((sum, count) => sum + count)).toBe(3);
  expect(await scene.rows(keyCopies)).toEqual([{ copies: 1 }]);
  expect((await scene.verify()).fault).toBeNull();
});

// Replicas with the new secret start at the same time: each would seal the key again.
// part of security 158
test("of several replicas that seal the chain's key again, one is recorded, and all can use it", async () => {
  await using scene = await openAuditScene("postgres", { JWT_SECRET_KEY: first ?? "" });
  await scene.write(1);
  await scene.seal();
  const settings = { JWT_SECRET_KEY: second ?? "", ENCRYPTION_KEY_PREVIOUS: first ?? "" };
  await Promise.all(Array.from({ length: 6 }, () => scene.reseal(settings)));
  expect(
    await scene.rows("select id from audit_log where action = 'secrets.resealed'"),
  ).toHaveLength(1);
  const alone = { JWT_SECRET_KEY: second ?? "" };
  expect(await scene.seal(alone)).toBe(1);
  expect((await scene.verify(undefined, alone)).fault).toBeNull();
});
