import { expect, test } from "bun:test";

import { signUp } from "../support/journey.ts";
import { runCommand } from "../support/run-command.ts";
import { keyIdOf, publishedKeys, signsWith, stolenPrivateKey } from "../support/signing-keys.ts";
import { startTestApp } from "../support/test-app.ts";

test("keys rotate takes effect on running replicas, and keys list shows both keys and nothing secret", async () => {
  await using app = await startTestApp({ settings: { JWT_ALGORITHM: "ES256" } });
  const replicas = [app, await app.replica(), await app.replica()];
  const user = await signUp(app);
  const old = keyIdOf(user.accessToken);

  const rotated = await runCommand(app, "keys rotate");
  const [, id = ""] = /ES256 key (\S+) signs on every replica from \S+Z/.exec(rotated.stdout) ?? [];
  expect([rotated.exitCode, id]).toEqual([0, expect.stringMatching(/./)]);
  await Promise.all(replicas.map((replica) => signsWith(replica, user, id)));
  expect(await publishedKeys(app)).toHaveLength(2);

  const listed = await runCommand(app, "keys list");
  expect(listed).toMatchObject({ exitCode: 0, stderr: "" });
  const rows = listed.stdout
    .trimEnd()
    .split("\n")
    .map((line) => line.split(/ {2,}/));
  expect(rows).toEqual([
    ["ID", "ALGORITHM", "STATE", "SINCE", "UNTIL"],
    [old, "ES256", "retired", expect.stringMatching(/Z$/), expect.stringMatching(/Z$/)],
    [id, "ES256", "current", expect.stringMatching(/Z$/), "-"],
  ]);
  const asJson = await runCommand(app, "keys list --json");
  const key = { algorithm: "ES256", since: expect.stringMatching(/Z$/) };
  expect(JSON.parse(asJson.stdout)).toEqual({
    items: [
      { ...key, id: old, state: "retired", until: expect.stringMatching(/Z$/) },
      { ...key, id, state: "current", until: null },
    ],
  });
  const { text } = await stolenPrivateKey(app, id);
  const { d }: { d: string } = JSON.parse(text);
  expect(rotated.stdout + rotated.stderr + listed.stdout + asJson.stdout).not.toContain(d);
  expect(listed.stdout).not.toContain(app.platform.settings.jwtSecretKey);
});

test("under HS256 keys rotate explains what to do, and keys list shows the secrets' ids", async () => {
  await using app = await startTestApp();
  const rotated = await runCommand(app, "keys rotate");
  expect([rotated.exitCode, rotated.stdout]).toEqual([1, ""]);
  expect(rotated.stderr).toContain("JWT_SECRET_KEY_PREVIOUS");
  const listed = await runCommand(app, "keys list", {
    JWT_SECRET_KEY_PREVIOUS: "pW7sK2mX9qL4vT6bN1yH8cR3fJ5dZ0gA-tests-only",
  });
  expect(listed.stdout).toMatch(/HS256 +current +- +-\n.*HS256 +retired +- +-\n$/);
  expect(listed.stdout).toContain(app.platform.keyRing.current().id);
});

// The bad day: a private key has leaked, and its tokens must be refused at once.
// part of security 158
test("keys rotate --delete-old leaves the new key alone, and the tokens of the others are refused", async () => {
  await using app = await startTestApp({ settings: { JWT_ALGORITHM: "EdDSA" } });
  const user = await signUp(app);
  const { exitCode, stdout } = await runCommand(app, "keys rotate --delete-old");
  const [, id = ""] = /EdDSA key (\S+) signs on every replica/.exec(stdout) ?? [];
  expect([exitCode, stdout]).toEqual([0, expect.stringContaining("Other keys deleted: 1.")]);
  await signsWith(app, user, id);
  const me = await app.call("GET", "/api/v1/users/me", { bearer: user.accessToken });
  expect(me.status).toBe(401);
  expect(await app.rows("select id from signing_keys")).toEqual([{ id }]);
  expect(
    await app.rows("select detail from audit_log where action = 'signing_key.deleted'"),
  ).toEqual([{ detail: { key_ids: [keyIdOf(user.accessToken)] } }]);
});

test("an unknown subcommand of keys is wrong usage", async () => {
  await using app = await startTestApp();
  expect((await runCommand(app, "keys rotat")).exitCode).toBe(2);
  expect((await runCommand(app, "keys list --nonsense")).exitCode).toBe(2);
  expect((await runCommand(app, "keys")).exitCode).toBe(2);
});

// Bad day: the server finds a key that it cannot open.
// With code 2 a supervisor does not repeat the start: only other settings help.
// part of security 158
test("serve exits with 2 and a message when a key cannot be decrypted", async () => {
  const settings = {
    JWT_ALGORITHM: "EdDSA",
    ENCRYPTION_KEY: "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7cF0iL-tests-only",
  };
  await using app = await startTestApp({ settings });
  const user = await signUp(app);
  const served = await runCommand(app, "serve", { PORT: "0", MAIL_TRANSPORT: "none" });
  expect(served.exitCode).toBe(2);
  expect(served.stdout).toContain(keyIdOf(user.accessToken));
  expect(served.stdout).toContain("ENCRYPTION_KEY_PREVIOUS");
  expect(served.stdout).not.toContain("    at ");
  const rotated = await runCommand(app, "keys rotate");
  expect(rotated).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining("ENCRYPTION_KEY_PREVIOUS"),
  });
});
