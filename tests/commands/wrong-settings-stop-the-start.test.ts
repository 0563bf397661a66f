import { expect, setDefaultTimeout, test } from "bun:test";

import { createHome } from "../support/executable-home.ts";
import { runGatehouse } from "../support/executable.ts";

setDefaultTimeout(60_000);

const canary = "canary-5e1f0a9b7c3d";

// security 124, 125
test("wrong settings stop the start with exit code 2 and one message that names every problem", async () => {
  await using home = await createHome("embedded");
  const result = await runGatehouse([], {
    cwd: home.cwd,
    settings: {
      PORT: canary,
      JWT_SECRET_KEY: canary,
      JWT_SECRT_KEY: canary,
      JWT_ACCESS_TOKEN_TTL: "15",
      DATABASE_URL: `mysql://root:${canary}@db/x`,
      TRUSTED_PROXIES: canary,
      REQUIRE_EMAIL_VERIFICATION: "yes",
      SMTP_PASSWORD_FILE: `/nowhere/${canary}`,
    },
  });
  expect(result.exitCode).toBe(2);
  expect(result.stdout).toBe("");
  const [heading, ...problems] = result.stderr.trimEnd().split("\n");
  expect(heading).toBe("gatehouse: There are 9 problems with the settings:");
  expect(problems.map((line) => line.trim().split(" ")[0] ?? "").toSorted()).toEqual([
    "DATABASE_URL",
    "JWT_ACCESS_TOKEN_TTL",
    "JWT_SECRET_KEY",
    "JWT_SECRT_KEY",
    "PORT",
    "REQUIRE_EMAIL_VERIFICATION",
    "SMTP_PASSWORD_FILE",
    "SMTP_USERNAME",
    "TRUSTED_PROXIES",
  ]);
  expect(result.stderr).toContain("JWT_SECRT_KEY is not a setting; did you mean JWT_SECRET_KEY?");
  expect(result.stderr).not.toContain(canary);
});

// security 32, 124
test.each([
  ["nothing else", {}, ["JWT_SECRET_KEY", "MAIL_TRANSPORT", "PUBLIC_URL"]],
  [
    "the example's secret",
    {
      PUBLIC_URL: "https://auth.example.com",
      MAIL_TRANSPORT: "none",
      JWT_SECRET_KEY: "replace-this-example-with-openssl-rand-base64-32",
    },
    ["JWT_SECRET_KEY"],
  ],
  [
    "plain http, a cheap hash and a proxy range of every address",
    {
      PUBLIC_URL: "http://auth.example.com",
      MAIL_TRANSPORT: "none",
      JWT_SECRET_KEY: "9f1c64e2ab07d8530e7b91f4c26ad3587be0194fd63c82a5471e90bc5d28f36a",
      BCRYPT_COST: "9",
      TRUSTED_PROXIES: "0.0.0.0/0",
    },
    ["BCRYPT_COST", "PUBLIC_URL", "TRUSTED_PROXIES"],
  ],
])("production with %s is refused before any file is written", async (_, settings, names) => {
  await using home = await createHome("embedded");
  const result = await runGatehouse([], {
    cwd: home.cwd,
    settings: { ENVIRONMENT: "production", ...settings },
  });
  expect([result.exitCode, result.stdout]).toEqual([2, ""]);
  const named = result.stderr
    .split("\n")
    .flatMap((line) => /^ {2}([A-Z_]+) /.exec(line)?.[1] ?? []);
  expect(named.toSorted()).toEqual(names);
  expect(await Array.fromAsync(new Bun.Glob("**/*").scan(home.cwd))).toEqual([]);
});
