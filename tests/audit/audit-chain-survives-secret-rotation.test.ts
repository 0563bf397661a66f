import { expect, test } from "bun:test";

import { openAuditScene } from "../support/audit-scene.ts";
import { failureOf } from "../support/failure-of.ts";

const [first, second, third] = ["first", "second", "third"].map(
  (name) => `${name}-kF3mQ9xT2vB7nR4wY8zL1pC6hJ5dS0gA-tests-only`,
);

test("every row can still be verified after several changes of secrets", async () => {
  await using scene = await openAuditScene("postgres", { JWT_SECRET_KEY: first ?? "" });
  await scene.write(2);
  await scene.seal();
  const changes = [
    { JWT_SECRET_KEY: second ?? "", JWT_SECRET_KEY_PREVIOUS: first ?? "" },
    { JWT_SECRET_KEY: third ?? "", JWT_SECRET_KEY_PREVIOUS: second ?? "" },
    // The key that is set apart at last: the chain's key was sealed with what signed until then.
    { JWT_SECRET_KEY: third ?? "", ENCRYPTION_KEY: "an-encryption-key-of-its-own-tests-only" },
    { JWT_SECRET_KEY: first ?? "", ENCRYPTION_KEY: "an-encryption-key-of-its-own-tests-only" },
  ];
  for (const settings of changes) {
    await scene.write(1);
    expect(await scene.seal(settings)).toBe(1);
    expect((await scene.verify(undefined, settings)).fault).toBeNull();
  }
  expect(await scene.rows("select cardinality(sealed_keys) as copies from audit_chain")).toEqual([
    { copies: 4 },
  ]);
  // A replica that still runs with the settings of before goes on as well.
  await scene.write(1);
  expect(await scene.seal()).toBe(1);
  expect(await scene.verify(undefined, changes.at(-1))).toMatchObject({
    fault: null,
    head: { sequence: 7 },
  });
});

// The bad day: an ENCRYPTION_KEY with a typing mistake must not begin another chain beside the right one.
test("with another secret the log can neither be checked nor continued, and nothing is lost", async () => {
  await using scene = await openAuditScene("postgres");
  await scene.write(2);
  await scene.seal();
  await scene.write(1);
  const wrong = { JWT_SECRET_KEY: second ?? "" };
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
  expect(await scene.rows("select cardinality(sealed_keys) as copies from audit_chain")).toEqual([
    { copies: 1 },
  ]);
  expect((await scene.verify()).fault).toBeNull();
});
