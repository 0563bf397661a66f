import { beforeAll, expect, test } from "bun:test";

import { signInAdmin } from "../support/admin.ts";
import { registerClient } from "../support/clients.ts";
import type { SignedInUser } from "../support/journey.ts";
import { signUpWith } from "../support/roles.ts";
import { useTestApp } from "../support/test-app.ts";

const app = useTestApp();
const redirect_uris = ["https://app.example/callback"];
let admin: SignedInUser;
let manager: SignedInUser;

beforeAll(async () => {
  admin = await signInAdmin(app);
  manager = await signUpWith(app, ["clients:write"]);
});

function call({ accessToken: bearer }: SignedInUser, method: string, at: string, json?: unknown) {
  const sent = json === undefined ? { bearer } : { bearer, json };
  return app.call(method, `/api/v1/clients${at}`, sent);
}

async function statusOf(user: SignedInUser, method: string, at: string, json?: unknown) {
  const { status, json: body } = await call(user, method, at, json);
  return [status, body?.error?.code];
}

const forbidden = [403, "FORBIDDEN"];
const done = [200, undefined];

// Attack: a user who may manage clients makes one that needs no consent, and has an admin open a link: its token is the admin's.
// security 97
test("only an admin may create a trusted client, or make a client trusted", async () => {
  const trusted = { name: "Intranet", redirect_uris, trusted: true };
  expect(await statusOf(manager, "POST", "", trusted)).toEqual(forbidden);
  const created = await call(manager, "POST", "", { ...trusted, trusted: false });
  expect(created.status).toBe(201);
  const at = `/${created.json.data.client.client_id}`;
  expect(await statusOf(manager, "PATCH", at, { trusted: true })).toEqual(forbidden);
  expect(await statusOf(manager, "PATCH", at, { name: "Notes" })).toEqual(done);
  expect((await call(admin, "POST", "", trusted)).status).toBe(201);
  expect(await statusOf(admin, "PATCH", at, { trusted: true })).toEqual(done);
});

// Attack: the same by the operator's own trusted client, whose address or secret is replaced.
// security 97
test("only an admin may change or delete a trusted client, or replace its secret", async () => {
  const { id } = await registerClient(app, {
    name: "Intranet",
    redirectUris: redirect_uris,
    trusted: true,
  });
  const evil = { redirect_uris: ["https://evil.example/callback"] };
  const read = () =>
    app.rows(`select redirect_uris, secret_hash, trusted from clients where client_id = '${id}'`);
  const before = await read();
  for (const change of [evil, { trusted: false }, { trusted: false, ...evil }]) {
    expect(await statusOf(manager, "PATCH", `/${id}`, change)).toEqual(forbidden);
  }
  expect(await statusOf(manager, "POST", `/${id}/rotate-secret`)).toEqual(forbidden);
  expect(await statusOf(manager, "DELETE", `/${id}`)).toEqual(forbidden);
  expect(await read()).toEqual(before);
  expect(await statusOf(admin, "POST", `/${id}/rotate-secret`)).toEqual(done);
  expect(await statusOf(admin, "PATCH", `/${id}`, { trusted: false })).toEqual(done);
  expect(await statusOf(manager, "POST", `/${id}/rotate-secret`)).toEqual(done);
});
