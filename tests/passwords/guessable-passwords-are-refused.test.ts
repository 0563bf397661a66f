import { afterAll, beforeAll, describe, expect, test } from "bun:test";

import { createAdmin } from "../../src/features/admin/index.ts";
import { codeOf } from "../support/error-code.ts";
import { operatorOf } from "../support/operator.ts";
import { startTestApp, type TestApp } from "../support/test-app.ts";

let app: TestApp;

beforeAll(async () => {
  app = await startTestApp({ settings: { PASSWORD_REQUIRE: "", SERVICE_NAME: "acme-notes" } });
});

afterAll(async () => {
  await app[Symbol.asyncDispose]();
});

const username = "lovelace42";
const email = "ada.byron@example.com";

const guesses = [
  ["a common password", "password123"],
  ["a common password in capitals", "PASSWORD123"],
  ["the username", "lovelace42"],
  ["the username, decorated", "Lovelace42!"],
  ["the address before the @", "ada.byron"],
  ["the address", "Ada.Byron@Example.com"],
  ["the service", "Acme-Notes1"],
  ["the product", "gatehouse"],
] as const;

/** Every way to set a password, as the code that it ends in. */
const paths = {
  register: async (password: string) => {
    const answer = await app.post("/api/v1/auth/register", { email, username, password });
    return answer.json.error?.code ?? null;
  },
  "create-admin": (password: string) =>
    codeOf(createAdmin(operatorOf(app), { email, username, password })),
};

describe.each(Object.entries(paths))("%s", (_name, codeWith) => {
  // security 5
  test.each(guesses)("refuses %s", async (_reason, password) => {
    expect(await codeWith(password)).toBe("WEAK_PASSWORD");
    expect(await app.rows("select id from users")).toEqual([]);
  });
});
