import { beforeAll, describe, expect, test } from "bun:test";

import { signInAdmin } from "../support/admin.ts";
import { auditOf } from "../support/audit-rows.ts";
import { basic } from "../support/clients.ts";
import { databaseDump } from "../support/database-dump.ts";
import { databaseKinds } from "../support/databases.ts";
import type { SignedInUser } from "../support/journey.ts";
import { useTestApp } from "../support/test-app.ts";

const path = "/api/v1/clients";

describe.each([...databaseKinds])("the clients on %s", (database) => {
  const app = useTestApp({ database });
  let admin: SignedInUser;

  beforeAll(async () => {
    admin = await signInAdmin(app);
  });

  const call = (method: string, at: string, json?: unknown) =>
    app.call(method, at, { bearer: admin.accessToken, ...(json === undefined ? {} : { json }) });

  const tokenStatus = async (id: string, secret: string) => {
    const form = { grant_type: "client_credentials" };
    const headers = { authorization: basic(id, secret) };
    return (await app.call("POST", "/oauth/token", { form, headers })).status;
  };

  const auditRow = (action: string, detail: Record<string, unknown>) =>
    expect.objectContaining({ action, result: "success", actor_kind: "user", detail });

  test("a client is created, listed, given another secret and deleted; each is recorded", async () => {
    const made = await call("POST", path, { name: "billing" });
    const { client_id: id } = made.json.data.client;
    const client = {
      client_id: id,
      name: "billing",
      redirect_uris: [],
      post_logout_redirect_uris: [],
      grant_types: ["client_credentials"],
      scopes: [],
      token_endpoint_auth_method: "client_secret_basic",
      jwks: null,
      jwks_uri: null,
      id_token_signed_response_alg: "RS256",
      trusted: false,
      require_mfa: false,
      backchannel_logout_uri: null,
      backchannel_logout_session_required: false,
      created_by: "api",
      created_at: expect.stringMatching(/Z$/),
    };
    expect([made.status, made.json.data]).toEqual([
      201,
      { client, client_secret: expect.stringMatching(/^[\w-]{43}$/) },
    ]);
    expect(made.headers.get("cache-control")).toBe("no-store");
    expect(await auditOf(app, made)).toEqual([
      auditRow("client.created", { client_id: id, name: "billing" }),
    ]);
    const secret: string = made.json.data.client_secret;
    expect(await tokenStatus(id, secret)).toBe(200);

    const listed = await call("GET", path);
    expect(listed.json.data).toEqual({ items: [client], next_cursor: null });

    const rotated = await call("POST", `${path}/${id}/rotate-secret`);
    expect([rotated.status, rotated.json.data]).toEqual([
      200,
      { client, client_secret: expect.stringMatching(/^[\w-]{43}$/) },
    ]);
    expect(await auditOf(app, rotated)).toEqual([
      auditRow("client.secret_rotated", { client_id: id }),
    ]);
    const newSecret: string = rotated.json.data.client_secret;
    expect(await tokenStatus(id, secret)).toBe(401);
    expect(await tokenStatus(id, newSecret)).toBe(200);

    const deleted = await call("DELETE", `${path}/${id}`);
    expect([deleted.status, deleted.text]).toEqual([204, ""]);
    expect(await auditOf(app, deleted)).toEqual([auditRow("client.deleted", { client_id: id })]);
    expect(await tokenStatus(id, newSecret)).toBe(401);
    expect((await call("DELETE", `${path}/${id}`)).status).toBe(404);
    expect((await call("GET", path)).json.data.items).toEqual([]);

    const stored = await databaseDump(app);
    for (const shown of [secret, newSecret]) {
      expect(stored).not.toContain(shown);
      expect(app.log.join("\n")).not.toContain(shown);
    }
  });

  // The statements are the same on both: these tests run once.
  if (database === "embedded") return;

  test("an unknown client id is not found, and nothing is recorded", async () => {
    const ids = [admin.userId, "client_none", "%27%20OR%201=1", "x".repeat(128)];
    for (const id of ids) {
      for (const [method, at] of [
        ["DELETE", `${path}/${id}`],
        ["POST", `${path}/${id}/rotate-secret`],
      ] as const) {
        const answer = await call(method, at);
        expect([at, answer.status, answer.json?.error.code]).toEqual([at, 404, "NOT_FOUND"]);
        expect(await auditOf(app, answer)).toEqual([]);
      }
    }
  });

  // security 104
  test("an invalid name or id is refused, and nothing is created", async () => {
    const names = ["", "a\0b", "\ud800", "x".repeat(101), 1, null, ["a"], {}];
    for (const name of names) {
      const answer = await call("POST", path, { name });
      expect([name, answer.status, answer.json.error.code]).toEqual([
        name,
        400,
        "VALIDATION_ERROR",
      ]);
    }
    for (const body of [{}, [], { name: "a", client_secret: "mine" }, { name: "a", id: 1 }]) {
      expect((await call("POST", path, body)).status).toBe(400);
    }
    for (const id of ["a%00b", "a%0ab", "%ed%a0%80", "x".repeat(501)]) {
      expect([id, (await call("DELETE", `${path}/${id}`)).status]).toEqual([id, 400]);
    }
    expect((await call("GET", path)).json.data.items).toEqual([]);
  });
});
