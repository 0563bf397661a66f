import { beforeAll, describe, expect, test } from "bun:test";

import { createAdmin } from "../../src/features/user-administration/index.ts";
import { importFile } from "../support/import-users.ts";
import { freshEmail, goodPassword, type SignedInUser, signUp } from "../support/journey.ts";
import { operatorOf } from "../support/operator.ts";
import { signUpWith } from "../support/roles.ts";
import { useTestApp } from "../support/test-app.ts";
import { outcomeOf, usersApi } from "../support/user-administration.ts";
import { watchHasher } from "../support/watch-hasher.ts";

const app = useTestApp({
  settings: { SERVICE_NAME: "Café Login", RESERVED_USERNAMES: "Billing-Team,ceo" },
});
const me = "/api/v1/users/me";
const refused = [400, "VALIDATION_ERROR", "username"];
let user: SignedInUser;
let administrator: SignedInUser;

beforeAll(async () => {
  user = await signUp(app);
  administrator = await signUpWith(app, ["users:write"]);
});

function register(username: string) {
  const json = { email: freshEmail(), password: goodPassword, username };
  return app.post("/api/v1/auth/register", json);
}

function rename({ accessToken: bearer }: SignedInUser, username: string | null) {
  return app.call("PATCH", me, { bearer, json: { username } });
}

describe("a username that applications take for the operator's", () => {
  // security 157
  test.each([
    "admin",
    "root",
    "administrator",
    "system",
    "support",
    "security",
    "postmaster",
    "hostmaster",
    "webmaster",
    "abuse",
    "noreply",
    "no-reply",
    "api",
    "www",
    "gatehouse",
    "ADMIN",
    "Admin",
    "adm1n",
    "admln",
    "ad.min",
    "admin_",
    "a-d-m-i-n",
    "r00t",
    "5upport",
    "4dmin",
    "adrnin",
    "vvvvvv",
    "no_reply",
    "sys-adm1n",
    "supp0rt",
    "secur1ty",
    "cafelogin",
    "cafe-login",
    "billing-team",
    "BillingTeam",
    "b1lling.team",
    "ceo",
    "c3o",
  ])("%s is refused to a registration and to a change, before any hashing", async (username) => {
    const work = watchHasher(app);
    const answers = [await register(username), await rename(user, username)];
    expect(answers.map(outcomeOf)).toEqual([refused, refused]);
    expect(work.hashed).toBe(0);
    expect(answers.map(({ json }) => json.error.details.issue)).toEqual([
      "Is reserved.",
      "Is reserved.",
    ]);
  });

  test.each(["administratrix", "rooted", "apis", "adminton", "supporter", "wwww", "ce-oh"])(
    "%s is not one of them",
    async (username) => {
      expect((await register(username)).status).toBe(201);
    },
  );
});

// part of security 157
test("users with users:write and the command line may choose it", async () => {
  const users = usersApi(app, administrator);
  const created = await users.create({ email: freshEmail(), username: "support" });
  expect(created.status).toBe(201);
  expect((await users.change(user.userId, { username: "security" })).status).toBe(200);
  expect((await rename(administrator, "Adm1n")).status).toBe(200);
  const account = { email: freshEmail(), username: "root", password: goodPassword };
  expect(await createAdmin(operatorOf(app), account)).toMatchObject({ email: account.email });
  const line = { email: freshEmail(), username: "postmaster" };
  expect(await importFile(app, JSON.stringify(line))).toMatchObject({ imported: 1, refused: 0 });
});

test("the user who has it keeps it, and may change its case", async () => {
  expect((await rename(user, "Security")).json.data?.username).toBe("Security");
  expect(outcomeOf(await rename(user, "secur-ity"))).toEqual(refused);
  const json = { username: "SECURITY", name: "S" };
  const { status } = await app.call("PATCH", me, { bearer: user.accessToken, json });
  expect(status).toBe(200);
});
