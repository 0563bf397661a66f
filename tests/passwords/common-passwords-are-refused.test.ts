import { beforeAll, describe, expect, test } from "bun:test";

import { createAdmin } from "../../src/features/user-administration/index.ts";
import { codeOf } from "../support/error-code.ts";
import { goodPassword, logIn } from "../support/journey.ts";
import { operatorOf } from "../support/operator.ts";
import { askForReset, changePassword, confirmReset, outcomeOf } from "../support/password-reset.ts";
import { useTestApp } from "../support/test-app.ts";

const settings = { PASSWORD_REQUIRE: "", SERVICE_NAME: "acme-notes" };

const app = useTestApp({ settings });
/** Where the user of that name and address is already. */
const inhabited = useTestApp({ settings });
let accessToken: string;
let resetToken: string;

beforeAll(async () => {
  await createAdmin(operatorOf(inhabited), { email, username, password: goodPassword });
  const signedIn = await logIn(inhabited, { email, password: goodPassword });
  accessToken = signedIn.json.data.access_token;
  resetToken = await askForReset(inhabited, email);
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

/** Every way to set another one. */
const laterPaths = {
  "reset-confirm": async (password: string) =>
    outcomeOf(await confirmReset(inhabited, resetToken, password)),
  change: async (password: string) =>
    outcomeOf(await changePassword(inhabited, { accessToken, password: goodPassword }, password)),
};

describe.each(Object.entries(laterPaths))("%s", (_name, outcomeWith) => {
  // security 5
  test.each(guesses)("refuses %s", async (_reason, password) => {
    expect(await outcomeWith(password)).toEqual([400, "WEAK_PASSWORD"]);
    expect((await logIn(inhabited, { email, password: goodPassword })).status).toBe(200);
  });
});
