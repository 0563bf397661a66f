import { beforeAll, expect, test } from "bun:test";
import { exportJWK, generateKeyPair } from "jose";

import { signInAdmin } from "../support/admin.ts";
import { auditOf } from "../support/audit-rows.ts";
import { createMigratedHome } from "../support/executable-home.ts";
import { runGatehouse } from "../support/executable.ts";
import { race } from "../support/race.ts";
import { useTestApp } from "../support/test-app.ts";

const app = useTestApp();
const path = "/api/v1/clients";
let bearer: string;

beforeAll(async () => {
  bearer = (await signInAdmin(app)).accessToken;
}, 20_000);

const create = (json: object) => app.post(path, { name: "Notes", ...json }, { bearer });
const change = (id: string, json: object) => app.call("PATCH", `${path}/${id}`, { bearer, json });
const callback = "https://app.example/callback";
const es256 = { id_token_signed_response_alg: "ES256" };

test("the defaults of a client follow from its redirect URIs; one without a secret gets none", async () => {
  const made = (await create({ redirect_uris: [callback], ...es256 })).json.data;
  expect(made.client).toMatchObject({
    grant_types: ["authorization_code", "refresh_token"],
    scopes: ["openid", "profile", "email", "phone", "offline_access", "roles"],
    token_endpoint_auth_method: "client_secret_basic",
    created_by: "api",
  });
  expect(made.client_secret).toBeDefined();
  const redirects = ["http://127.0.0.1/cb", "http://localhost:3000/cb", "com.example.app:/cb"];
  const native = { redirect_uris: redirects, token_endpoint_auth_method: "none", ...es256 };
  const open = (await create(native)).json.data;
  expect([open.client.redirect_uris, open.client_secret]).toEqual([redirects, undefined]);
  const rotated = await app.post(`${path}/${open.client.client_id}/rotate-secret`, {}, { bearer });
  expect([rotated.status, rotated.json.error.code]).toEqual([409, "CONFLICT"]);
});

// RFC 6749 §3.1.2, RFC 8252 §7, RFC 9700 §4.1.3, RFC 7591 §2
test("settings that are not valid, alone or together, are refused with the field", async () => {
  const pair = await generateKeyPair("ES256", { extractable: true });
  const privateJwk = await exportJWK(pair.privateKey);
  const publicJwk = await exportJWK(pair.publicKey);
  const small = { kty: "RSA", n: Buffer.alloc(128, 0xc5).toString("base64url"), e: "AQAB" };
  const keys = { token_endpoint_auth_method: "private_key_jwt" };
  const badUris = [
    "/callback",
    "http://app.example/cb",
    "https://app.example/cb#part",
    "https://user@app.example/cb",
    "https://*.example/cb",
    "https://app.example/a/../cb",
    "https://APP.example/cb",
    "javascript:alert(1)",
    "com.example.app:/cb",
    "https:app.example",
    `https://app.example/${"x".repeat(1024)}`,
  ];
  const wrong: [object, string][] = [
    ...badUris.map((uri): [object, string] => [{ redirect_uris: [uri] }, "redirect_uris"]),
    [{ redirect_uris: [callback, callback] }, "redirect_uris"],
    [{ post_logout_redirect_uris: ["http://app.example/"] }, "post_logout_redirect_uris"],
    [{ backchannel_logout_uri: "http://app.example/" }, "backchannel_logout_uri"],
    [{ grant_types: ["authorization_code"] }, "redirect_uris"],
    [{ grant_types: ["implicit"] }, "grant_types"],
    [{ grant_types: [] }, "grant_types"],
    [{ token_endpoint_auth_method: "none" }, "grant_types"],
    [{ scopes: ["two words"] }, "scopes"],
    [{ scopes: ['a"b'] }, "scopes"],
    [keys, "jwks"],
    [{ ...keys, jwks: { keys: [publicJwk] }, jwks_uri: "https://app.example/jwks" }, "jwks"],
    [{ jwks: { keys: [publicJwk] } }, "jwks"],
    [{ ...keys, jwks: { keys: [] } }, "jwks"],
    [{ ...keys, jwks: { keys: [privateJwk] } }, "jwks"],
    [{ ...keys, jwks: { keys: [small] } }, "jwks"],
    [{ ...keys, jwks: { keys: [{ kty: "EC", crv: "P-256", x: "AA", y: "AA" }] } }, "jwks"],
    [{ ...keys, jwks_uri: "http://app.example/jwks" }, "jwks_uri"],
    [{ token_endpoint_auth_method: "tls_client_auth" }, "token_endpoint_auth_method"],
    [{ id_token_signed_response_alg: "none" }, "id_token_signed_response_alg"],
    [{ trusted: "yes" }, "trusted"],
  ];
  for (const [json, field] of wrong) {
    const { status, json: answer } = await create(json);
    const fields = (answer.error.details.errors ?? [answer.error.details]).map(
      (fault: { field: string }) => fault.field.split(".", 1)[0],
    );
    expect([json, status, answer.error.code]).toEqual([json, 400, "VALIDATION_ERROR"]);
    expect(fields).toContain(field);
    expect(JSON.stringify(answer)).not.toContain("app.example");
  }
});

test("a change keeps what it does not name, is recorded, and is refused where the whole would not be valid", async () => {
  const made = (await create({ redirect_uris: [callback], ...es256 })).json.data.client;
  const { client_id: id, ...before } = made;
  const changed = await change(id, { name: "Books", require_mfa: true });
  expect([changed.status, changed.json.data.client]).toEqual([
    200,
    { ...before, client_id: id, name: "Books", require_mfa: true },
  ]);
  expect(await auditOf(app, changed)).toEqual([
    expect.objectContaining({
      action: "client.updated",
      detail: { client_id: id, fields: ["name", "requireMfa"] },
    }),
  ]);
  for (const json of [{ redirect_uris: [] }, { grant_types: [] }, {}, { client_id: "x" }]) {
    expect([json, (await change(id, json)).status]).toEqual([json, 400]);
  }
  expect((await change("client_none", { name: "x" })).status).toBe(404);
  expect((await change(id, { token_endpoint_auth_method: "none" })).status).toBe(200);
  expect(await app.rows(`select secret_hash from clients where client_id = '${id}'`)).toEqual([
    { secret_hash: null },
  ]);
});

test("of concurrent changes none is lost", async () => {
  const { client_id: id } = (await create({ redirect_uris: [callback], ...es256 })).json.data
    .client;
  const fields = [
    { trusted: true },
    { require_mfa: true },
    { name: "Books" },
    { scopes: ["openid"] },
  ];
  const answers = await race(fields.length, (index) => change(id, fields[index] ?? {}));
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
  const { items } = (await app.call("GET", path, { bearer })).json.data;
  const now = items.find((item: { client_id: string }) => item.client_id === id);
  expect(now).toMatchObject(Object.assign({}, ...fields));
});

test("the command line creates, lists and deletes clients", async () => {
  await using home = await createMigratedHome("postgres");
  const created = await runGatehouse(
    [
      "clients",
      "create",
      "--name",
      "Notes",
      "--redirect-uri",
      callback,
      "--public",
      "--id-token-alg",
      "ES256",
      "--scope",
      "openid",
      "email",
      "--trusted",
    ],
    home,
  );
  const [, id = ""] = /^client_id=(\S+)\n$/.exec(created.stdout) ?? [];
  expect([created.exitCode, id]).toEqual([0, expect.stringMatching(/^client_/)]);
  const listed = await runGatehouse(["clients", "list", "--json"], home);
  expect(JSON.parse(listed.stdout).items).toEqual([
    expect.objectContaining({
      client_id: id,
      redirect_uris: [callback],
      token_endpoint_auth_method: "none",
      id_token_signed_response_alg: "ES256",
      scopes: ["openid", "email"],
      trusted: true,
      created_by: "command",
    }),
  ]);
  const wrong = await runGatehouse(
    ["clients", "create", "--name", "x", "--redirect-uri", "/x"],
    home,
  );
  expect([wrong.exitCode, wrong.stdout]).toEqual([1, ""]);
  expect(wrong.stderr).toContain("redirect_uris");
  expect((await runGatehouse(["clients", "rotate-secret", id], home)).exitCode).toBe(1);
  expect((await runGatehouse(["clients", "delete", id], home)).stdout).toBe(`deleted ${id}\n`);
  expect((await runGatehouse(["clients", "delete", id], home)).exitCode).toBe(1);
  const keys = await runGatehouse(["keys", "rotate", "--in", "10m"], home);
  expect(keys.stdout).toContain("The new ES256 key ");
  expect((await runGatehouse(["keys", "rotate", "--in", "10"], home)).exitCode).toBe(2);
  expect(
    (await runGatehouse(["keys", "rotate", "--in", "1m", "--delete-old"], home)).exitCode,
  ).toBe(2);
}, 60_000);
