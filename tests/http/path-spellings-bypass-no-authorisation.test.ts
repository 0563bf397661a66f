import { beforeAll, expect, test } from "bun:test";

import { signInAdmin } from "../support/admin.ts";
import { makeClient } from "../support/clients.ts";
import type { SignedInUser } from "../support/journey.ts";
import { rawGet } from "../support/raw-http.ts";
import { signUpWith } from "../support/roles.ts";
import { useTestApp } from "../support/test-app.ts";

const app = useTestApp();
let admin: SignedInUser;
/** May read roles, and not clients. */
let reader: SignedInUser;

beforeAll(async () => {
  admin = await signInAdmin(app);
  reader = await signUpWith(app, ["roles:read"]);
  await makeClient(app, "the guarded one");
});

const path = "/api/v1/clients";
const spellings = [
  path,
  `/${path}`,
  `${path}/`,
  `${path}//`,
  "/api//v1/clients",
  "/api/v1/Clients",
  "/API/v1/clients",
  "/api/v1/%63lients",
  "/api/v1/%2563lients",
  "/api%2fv1%2fclients",
  "/api/v1/./clients",
  "/api/v1/%2e/clients",
  "/api/v1/roles/../clients",
  "/api/v1/roles/%2e%2e/clients",
  "/api/v1/roles/..%2fclients",
  "/health/../api/v1/clients",
  `${path};x`,
  `${path};a=b?limit=1`,
  `${path}%2f`,
  `${path}%00`,
  `${path}?`,
  `${path}#`,
  `${path}.json`,
  `\\api\\v1\\clients`,
  `http://localhost${path}`,
  `http://other.example.com${path}`,
];

const bearer = ({ accessToken }: SignedInUser) => [`Authorization: Bearer ${accessToken}`];

// The attack: the guard and the router parse a path differently.
// security 98
test("no spelling of a path bypasses its guard", async () => {
  for (const spelling of spellings) {
    for (const [who, headers, refusal] of [
      ["anonymous", [], 401],
      ["reader", bearer(reader), 403],
    ] as const) {
      const { status, text } = await rawGet(app.url, spelling, headers);
      const isRefused = status === 400 || status === 404 || status === refusal;
      expect([spelling, who, isRefused, text.includes("guarded")]).toEqual([
        spelling,
        who,
        true,
        false,
      ]);
    }
    const { status, text } = await rawGet(app.url, spelling, bearer(admin));
    expect([spelling, text.includes("the guarded one")]).toEqual([spelling, status === 200]);
  }
});

// Attack: `/.\\docs` passes a proxy's rule for `/docs`. Each of these is resolved to the path of a route by the runtime.
// security 164
test("a path with a dot segment, a backslash or an encoded dot or slash is refused with 400", async () => {
  const admitted = bearer(admin);
  const hidden = [
    "/api/v1/./clients",
    "/./api/v1/clients",
    "/api/v1/clients/.",
    "/api/v1/clients/x/..",
    "/api/v1/clients/./",
    "/api/v1/roles/../clients",
    "/api/v1/roles/../clients/",
    "/api/v1/roles/../clients?limit=1",
    "/api/../api/v1/clients",
    "/../api/v1/clients",
    "/api/v1/%2e/clients",
    "/api/v1/%2E/clients",
    "/api/v1/roles/%2e%2e/clients",
    "/api/v1/roles/%2E./clients",
    "/api/v1/roles/.%2e/clients",
    "/api/v1/roles/..%2fclients",
    "/api/v1/roles/..%5Cclients",
    "/api/v1/roles\\..\\clients",
    "/api/v1\\clients",
    "/api/v1/.\\clients",
    "/api/v1/clients\\",
    "\\/api/v1/clients",
    "/api/v1//../clients",
    "/api/v1/roles//../../clients",
    "//../api/v1/clients",
    "/a/b/c/d/e/f/g/h/i/j/../../../../../../../../../../api/v1/clients",
    "/a/b/c/d/e/f/g/h/i/j\\..\\..\\../../../../../../../../api/v1/clients",
    "http://localhost/api/v1/roles/../clients",
    "http://other.example.com/api/v1/./clients",
    "/.\\docs",
    "/x/../docs",
    "/docs/../openapi.json",
    "/%2e/",
    "/..",
    "/./",
    "/x/../health",
    "/x/../api/v1/users/me",
    "/./api/v1/auth/forward",
    "/api/v1/users/./me",
    "/api/v1/users\\me",
    "/api/v1/users/me/.",
    "/api/v1/users/%2e%2e/users/me",
    "/docs/assets%2fswagger-page.css",
    "/openapi%2ejson",
    "/api/v1/roles/user%2e",
  ];
  for (const target of hidden) {
    const { status, text } = await rawGet(app.url, target, admitted);
    expect([target, status]).toEqual([target, 400]);
    expect([target, text.includes("the guarded one")]).toEqual([target, false]);
  }
  const old = await rawGet(app.url, "/api/v1/roles/../clients", admitted, "HTTP/1.0");
  expect([old.status, old.text.includes("The path is not valid.")]).toEqual([400, true]);
});

test("dots, slashes and encodings that are no trick are accepted", async () => {
  for (const [target, status] of [
    ["/api/v1/clients?limit=1&cursor=..%2f", 400],
    ["/health?x=/../%2e\\", 200],
    ["/api/v1/roles/a..b", 404],
    ["/api/v1/roles/...", 404],
    ["/api/v1/roles/%75ser", 200],
    ["/.well-known/jwks.json", 200],
    ["/docs/", 200],
    ["/", 200],
  ] as const) {
    const answer = await rawGet(app.url, target, bearer(admin));
    expect([target, answer.status]).toEqual([target, status]);
    expect(answer.text).not.toContain("The path is not valid.");
  }
});

// Headers that some proxies and frameworks treat as another path or method.
// security 98
test("no header overrides the path or the method", async () => {
  const headers = [
    `X-Original-URL: ${path}`,
    `X-Rewrite-URL: ${path}`,
    `X-Forwarded-Uri: ${path}`,
    `X-Forwarded-Prefix: ${path}`,
    "X-HTTP-Method-Override: DELETE",
    "X-HTTP-Method: DELETE",
    "X-Method-Override: DELETE",
  ];
  for (const header of headers) {
    const roles = await rawGet(app.url, "/api/v1/roles", [header, ...bearer(reader)]);
    expect([header, roles.status, roles.text.includes("May do everything")]).toEqual([
      header,
      200,
      true,
    ]);
    const clients = await rawGet(app.url, path, [header, ...bearer(reader)]);
    expect([header, clients.status]).toEqual([header, 403]);
    const escaped = header.replace(path, "/health");
    const refused = await rawGet(app.url, path, [escaped]);
    expect([escaped, refused.status]).toEqual([escaped, 401]);
  }
  const deletion = `${path}?_method=DELETE`;
  expect((await rawGet(app.url, deletion, bearer(reader))).status).toBe(403);
  expect((await rawGet(app.url, deletion, bearer(admin))).status).toBe(400);
});

// security 98
test("HEAD is guarded as GET is, and a method that the path does not support reads nothing", async () => {
  const send = (method: string, headers: Record<string, string> = {}) =>
    app.call(method, path, { headers });
  const authorization = `Bearer ${reader.accessToken}`;
  expect([401, 404, 405]).toContain((await send("HEAD")).status);
  expect([403, 404, 405]).toContain((await send("HEAD", { authorization })).status);
  for (const method of ["PATCH", "QUERY", "PROPFIND", "OPTIONS"]) {
    const { status, text } = await send(method, { authorization });
    expect([method, status === 200, text.includes("guarded")]).toEqual([method, false, false]);
  }
});
