import { beforeAll, describe, expect, test } from "bun:test";

import { encodeCursor } from "../../src/kernel/cursor.ts";
import { signInAdmin } from "../support/admin.ts";
import { browserHeaders } from "../support/browser-session.ts";
import { registerClient, type TestClient } from "../support/clients.ts";
import { createFakeProvider } from "../support/fake-provider.ts";
import type { Answer, Call } from "../support/http-call.ts";
import {
  freshEmail,
  goodPassword,
  logIn,
  registerVerified,
  type SignedInUser,
} from "../support/journey.ts";
import {
  callWith,
  exampleBody,
  type Json,
  type Operation,
  readOperations,
  textFields,
} from "../support/operations.ts";
import { addPasskey } from "../support/passkeys.ts";
import { makePost } from "../support/posts.ts";
import { appUri } from "../support/provider-journey.ts";
import { authorizeQuery, callback } from "../support/relying-party.ts";
import { makeRole } from "../support/roles.ts";
import { statusOfMe } from "../support/session-calls.ts";
import { useTestApp } from "../support/test-app.ts";
import { createWebhook } from "../support/webhooks.ts";

const statements: string[] = [];
const app = useTestApp({
  providers: [createFakeProvider("acme", { hasIdTokens: false })],
  settings: { CLIENT_REGISTRATION: "open", REDIRECT_URIS: appUri },
  overrides: {
    traceStatement: (text, run) => {
      statements.push(text);
      return run();
    },
  },
});

let operations: Operation[];
let schemas: Json;
let admin: SignedInUser;
let client: TestClient;
/** What stands in a path for a parameter, by the beginning of the path. */
let known: readonly (readonly [beginning: string, value: string])[];

/** More rows in each list than two pages of the default size, and more than one of the largest. Webhooks are at most 50. */
const rows = 120;
const webhooks = 25;

beforeAll(async () => {
  ({ operations, schemas } = await readOperations(app));
  admin = await signInAdmin(app);
  const granted = new Set(Object.values(grantOf));
  granted.delete("password");
  const grantTypes = [...granted];
  client = await registerClient(app, { name: "Notes", redirectUris: [callback], grantTypes });
  const { accessToken: bearer, userId } = admin;
  const hooks: string[] = [];
  for (let count = 0; count < webhooks; count += 1) {
    const hook = { url: "https://app.example.com/", event_types: ["user.deleted"] };
    hooks.push((await createWebhook(app, bearer, hook)).id);
  }
  const [hook = ""] = hooks;
  await addPasskey(app, bearer);
  const post = await makePost(app, admin, { visibility: "public" });
  const role = await makeRole(app, []);
  const { userId: other } = await registerVerified(app);
  known = [
    ["/api/v1/users/{id}/sessions", userId],
    ["/api/v1/users/", other],
    ["/api/v1/webhooks/", hook],
    ["/api/v1/clients/", client.id],
    ["/api/v1/roles/", role],
    ["/api/v1/posts/", String(post)],
    ["/api/v1/auth/oauth/", "acme"],
  ];
  await fillLists({ userId, post, hook });
});

/** Rows of each list, those of a user in the admin's own. */
async function fillLists(of: { userId: string; post: number; hook: string }): Promise<void> {
  const { userId, post, hook } = of;
  const each = `from generate_series(1, ${rows}) as n`;
  const copy = (table: string, which: string, changes: string) =>
    `insert into ${table} select (jsonb_populate_record(null::${table}, to_jsonb(one) || jsonb_build_object(${changes}))).*
     from (select * from ${table} where ${which} limit 1) as one, generate_series(1, ${rows}) as n`;
  for (const statement of [
    `insert into users (id, email, created_at, updated_at)
     select gen_random_uuid(), 'listed-' || n || '@example.com', now(), now() ${each}`,
    copy("sessions", `user_id = '${userId}'`, "'id', gen_random_uuid()"),
    copy(
      "passkeys",
      `user_id = '${userId}'`,
      "'id', gen_random_uuid(), 'credential_id', '\\x' || lpad(to_hex(n), 8, '0')",
    ),
    copy(
      "clients",
      `client_id = '${client.id}'`,
      "'id', gen_random_uuid(), 'client_id', 'listed-' || n",
    ),
    `insert into user_grants (id, user_id, client_id, scopes, granted_at)
     select gen_random_uuid(), '${userId}', client_id, '{openid}', now() from clients`,
    `insert into trusted_devices (id, user_id, digest, credentials_version, created_at, expires_at)
     select gen_random_uuid(), id, md5(n::text), credentials_version, now(), now() + interval '1 day'
     from users, generate_series(1, ${rows}) as n where id = '${userId}'`,
    `insert into identities (id, user_id, provider, issuer, subject, credentials_version, created_at, last_used_at)
     select gen_random_uuid(), id, 'acme', 'https://acme.example', n::text, credentials_version, now(), now()
     from users, generate_series(1, ${rows}) as n where id = '${userId}'`,
    `insert into roles (name, created_at, updated_at) select 'listed-' || n, now(), now() ${each}`,
    `insert into permissions (name, created_at) select 'listed:' || n, now() ${each}`,
    `insert into posts (user_id, post_data, visibility, created_at, updated_at)
     select '${userId}', 'Listed', 'public', now(), now() ${each}`,
    `insert into post_votes (post_id, user_id, created_at) select ${post}, id, now() from users`,
    `insert into events (id, type, user_id, payload, created_at)
     select gen_random_uuid(), 'webhook.test', '${userId}', '{}', now() ${each}`,
    `insert into event_deliveries (event_id, destination_id, key, position, status, available_at, delivered_at)
     select id, '${hook}', user_id, position, 'delivered', now(), now() from events where type = 'webhook.test'`,
    `insert into audit_log (id, at, action, result, actor_kind, request_id)
     select gen_random_uuid(), now(), 'user.login', 'success', 'anonymous', 'listed-' || n ${each}`,
  ]) {
    await app.rows(statement);
  }
}

const nameOf = ({ method, path }: Operation) => `${method} ${path}`;
const hasParameter = ({ parameters }: Operation, name: string) =>
  parameters.some((parameter) => parameter.in === "query" && parameter.name === name);
const lists = () => operations.filter((operation) => hasParameter(operation, "limit"));

/** The path with what is known in place of its parameters. */
function pathOf({ numberedPath, path }: Operation): string {
  const [, value] = known.find(([beginning]) => path.startsWith(beginning)) ?? [];
  return (value === undefined ? numberedPath : path).replaceAll(/\{\w+\}/g, value ?? "none");
}

const get = (operation: Operation, query: string) =>
  app.call("GET", `${pathOf(operation)}${query}`, { bearer: admin.accessToken });

const outcomeOf = ({ status, json }: Answer) => [status, json?.error?.code ?? null];
const refused = [400, "VALIDATION_ERROR"];

describe("every list", () => {
  // part of security 109
  test("has at most 100 items in a page, and 20 by default", async () => {
    expect(lists().length).toBeGreaterThan(12);
    for (const operation of lists()) {
      const isShort = operation.path === "/api/v1/webhooks";
      for (const [query, count] of [
        ["", 20],
        ["?limit=1", 1],
        ["?limit=100", isShort ? webhooks : 100],
      ] as const) {
        const { status, json } = await get(operation, query);
        const { items = [], next_cursor: next } = json?.data ?? {};
        expect([nameOf(operation), query, status, items.length, next !== null]).toEqual([
          nameOf(operation),
          query,
          200,
          count,
          count !== webhooks,
        ]);
      }
    }
  });

  test("refuses any other limit", async () => {
    for (const operation of lists()) {
      for (const limit of [
        "101",
        "0",
        "-1",
        "1.5",
        "abc",
        "",
        "1e2",
        "%2B7",
        "0x10",
        "9".repeat(400),
      ]) {
        const answer = await get(operation, `?limit=${limit}`);
        expect([nameOf(operation), limit, ...outcomeOf(answer)]).toEqual([
          nameOf(operation),
          limit,
          ...refused,
        ]);
      }
    }
  });

  // part of security 109
  test("has one order, and no column can be chosen to sort or filter by", async () => {
    for (const operation of lists()) {
      for (const query of [
        "sort=email",
        "sort=password_hash",
        "order=desc",
        "order_by=created_at",
        "fields=password_hash",
        "filter[password_hash]=x",
        "password_hash=x",
        "sort=id;drop table users--",
        "offset=1",
      ]) {
        const answer = await get(operation, `?${query}`);
        expect([nameOf(operation), query, ...outcomeOf(answer)]).toEqual([
          nameOf(operation),
          query,
          ...refused,
        ]);
      }
    }
  });
});

/**
 * Arrays of responses that have no page, and why each has an end: as many as one request may set, of the operation and field
 * named here, or as many as the operator sets.
 */
const bounded: Readonly<Record<string, readonly [operation: string, field: string] | string>> = {
  roles: ["PUT /api/v1/users/{id}/roles", "roles"],
  permissions: ["POST /api/v1/roles", "permissions"],
  event_types: ["POST /api/v1/webhooks", "event_types"],
  scopes: ["POST /api/v1/clients", "scopes"],
  transports: "at most 16 are accepted of a browser (WebAuthn has seven)",
  amr: "the methods of one sign-in",
  origins: "those of the settings",
  "GET /api/v1/auth/oauth/providers": "those of the settings",
  keys: "the signing keys that the operator keeps",
};

/** Lists of what the service can do are the same in every response. */
const isFixed = (name: string) => name.endsWith("_supported");

/** The arrays in what a schema describes, by name and with their greatest length. */
function arraysIn(schema: unknown, name = ""): { name: string; most: unknown }[] {
  const described: Json = { ...Object(schema) };
  const reference = described["$ref"];
  if (typeof reference === "string")
    return arraysIn(schemas[reference.split("/").at(-1) ?? ""], name);
  const { items, maxItems: most, properties, additionalProperties: others } = described;
  const alternatives = ["anyOf", "oneOf", "allOf"].flatMap((key) =>
    Object.values(Object(described[key])),
  );
  return [
    ...(items === undefined ? [] : [{ name, most }, ...arraysIn(items, name)]),
    ...Object.entries(Object(properties)).flatMap(([member, of]) => arraysIn(of, member)),
    ...arraysOfOthers(others),
    ...alternatives.flatMap((alternative) => arraysIn(alternative, name)),
  ];
}

function arraysOfOthers(others: unknown): { name: string; most: unknown }[] {
  return typeof others === "object" ? arraysIn(others, "*") : [];
}

test("every array that a GET responds with is a page, or has an end that the document or this list states", () => {
  const without = new Set<string>();
  for (const operation of operations.filter(({ method }) => method === "GET")) {
    for (const { name, most } of arraysIn(operation.answers.get(200))) {
      if (isFixed(name) || (typeof most === "number" && most <= 100)) continue;
      if (name === "items" && hasParameter(operation, "limit")) continue;
      without.add(name === "items" ? nameOf(operation) : name);
    }
  }
  expect([...without].toSorted()).toEqual(Object.keys(bounded).toSorted());
  for (const bound of Object.values(bounded)) {
    if (typeof bound === "string") continue;
    const [name, field] = bound;
    const setting = operations.find((operation) => nameOf(operation) === name);
    expect([name, setting?.fields[field]?.["maxItems"]]).toEqual([name, expect.any(Number)]);
  }
});

// part of security 109
test("a parameter with listed values takes these only", async () => {
  let tried = 0;
  for (const operation of operations.filter(({ method }) => method === "GET")) {
    for (const { name, in: place, schema } of operation.parameters) {
      const values: unknown = schema["enum"];
      if (!Array.isArray(values) || place !== "query") continue;
      tried += 1;
      const statusOf = async (value: string) => {
        const query = `?${name}=${encodeURIComponent(value)}`;
        return (await get(operation, query)).status;
      };
      for (const value of values.map(String)) {
        expect([nameOf(operation), value, await statusOf(value)]).toEqual([
          nameOf(operation),
          value,
          200,
        ]);
        for (const other of [
          value.toUpperCase(),
          `${value} `,
          `${value}' or '1'='1`,
          `${value}--`,
        ]) {
          expect([nameOf(operation), other, await statusOf(other)]).toEqual([
            nameOf(operation),
            other,
            400,
          ]);
        }
      }
      for (const other of ["", "email", "password_hash", "id desc", "1;drop table users"]) {
        expect([nameOf(operation), other, await statusOf(other)]).toEqual([
          nameOf(operation),
          other,
          400,
        ]);
      }
    }
  }
  expect(tried).toBeGreaterThan(2);
});

/** Is in every one of the injected texts, and in no statement of the service. */
const marker = "injected_by_a_test";
const neutral = "nothing_has_this_text";
const injections = [
  `' or 1=1 --${marker}`,
  `'; select pg_sleep(3); --${marker}`,
  `') union select id, password_hash from users /*${marker}*/ --`,
  `" or "${marker}" = "${marker}`,
  `\\'; drop table posts; --${marker}`,
  `id desc, (select ${marker})`,
  `1 or ${marker}=$1`,
];
/** One text where each request costs more, such as a password to compare. */
const mixed = [`'"; select pg_sleep(3); --') union select '1' /*${marker}*/ or 1=$1`];

/** Where a text of a client can be, and what sends it there. */
interface Place {
  readonly name: string;
  /** Whether the text is a place in the order of a list, so that another one leads to another page. */
  readonly isPosition?: true;
  send(text: string): Promise<Answer>;
}

/**
 * Sends each text to each place. None may be in the text of a statement, have an effect of its own, or succeed where a neutral
 * text does not. A statement that sleeps would be one of these: the time needs no measurement.
 */
async function expectNoInjection(places: readonly Place[], texts = injections): Promise<void> {
  for (const { name, send, isPosition } of places) {
    const effectOf = ({ status, json }: Answer) => {
      const count: number | null = json?.data?.items?.length ?? null;
      return isPosition ? [status, (count ?? 0) <= 20] : [status, count];
    };
    const expected = effectOf(await send(neutral));
    for (const text of texts) {
      const before = statements.length;
      const answer = await send(text);
      const injected = statements.slice(before).filter((statement) => statement.includes(marker));
      expect([name, text, injected]).toEqual([name, text, []]);
      const isRefused = answer.status >= 400 && answer.status < 500;
      expect([name, text, isRefused ? expected : effectOf(answer)]).toEqual([name, text, expected]);
    }
  }
  expect(app.log.filter((line) => line.includes('"level":"error"'))).toEqual([]);
}

/** The parameters of the path and the query of an operation. */
function parametersOf(operation: Operation, call: () => Promise<Call>): Place[] {
  return operation.parameters.map(({ name, in: place }) => ({
    name: `${nameOf(operation)} ${name}`,
    send: async (text) => {
      const encoded = encodeURIComponent(text);
      const path =
        place === "path"
          ? operation.path.replace(`{${name}}`, encoded).replaceAll(/\{\w+\}/g, "none")
          : `${pathOf(operation)}?${name}=${encoded}`;
      return app.call(operation.method, path, await call());
    },
  }));
}

/** The grant by which the token endpoint reads a field. */
const grantOf: Readonly<Record<string, string>> = {
  username: "password",
  password: "password",
  refresh_token: "refresh_token",
  code: "authorization_code",
  redirect_uri: "authorization_code",
  code_verifier: "authorization_code",
  device_code: "urn:ietf:params:oauth:grant-type:device_code",
  scope: "client_credentials",
};

/** The rest of a valid body. Of alternative fields of JSON, only the one in question is sent; a form is that of a client. */
function othersOf(operation: Operation, field: string): Record<string, string> {
  const example = Object.entries(exampleBody(operation));
  if (operation.mediaType === "application/json") {
    return Object.fromEntries(example.filter(([name]) => operation.required.includes(name)));
  }
  const rest = Object.fromEntries(example.filter(([name]) => !name.startsWith("client_")));
  const grant = grantOf[field];
  return {
    ...rest,
    ...("redirect_uri" in rest ? { redirect_uri: callback } : {}),
    ...("grant_type" in rest && grant !== undefined ? { grant_type: grant } : {}),
  };
}

/** The texts in the body of an operation, also those in arrays. */
function fieldsOf(operation: Operation, call: () => Promise<Call>): Place[] {
  const texts = textFields(operation).map(([field]) => [field, (text: string) => text] as const);
  const arrays = Object.entries(operation.fields)
    .filter(([, { items }]) => Object(items)["type"] === "string")
    .map(([field]) => [field, (text: string) => [text]] as const);
  const isByClient = operation.path.startsWith("/oauth/") && operation.mediaType?.includes("form");
  return [...texts, ...arrays].map(([field, valueOf]) => ({
    name: `${nameOf(operation)} ${field}`,
    send: async (text) => {
      const isAlone = field.startsWith("client_") || grantOf[field] === "password";
      const headers: Record<string, string> =
        isByClient && !isAlone ? { authorization: client.authorization } : {};
      const body = { ...othersOf(operation, field), [field]: valueOf(text) };
      return app.call(operation.method, pathOf(operation), {
        ...(isByClient ? { headers } : await call()),
        ...callWith(operation, body),
      });
    },
  }));
}

describe("a text with SQL in it is never a part of a statement,", () => {
  const asAdmin = async () => ({ bearer: admin.accessToken });

  // part of security 109
  test("in a parameter of a GET", async () => {
    const gets = operations.filter(({ method }) => method === "GET");
    const places = gets.flatMap((operation) => parametersOf(operation, asAdmin));
    expect(places.length).toBeGreaterThan(50);
    await expectNoInjection(places);
  });

  test("in a cursor that a client has made", async () => {
    const names = [
      "users",
      "roles",
      "permissions",
      "clients",
      "webhooks",
      "webhook deliveries",
      "own-posts",
      "votes",
      "sessions",
      "passkeys",
      "identities",
      "grants",
      "trusted-devices",
      "audit-logs",
    ];
    await expectNoInjection(
      lists().flatMap((operation) =>
        names.map((name) => ({
          name: `${nameOf(operation)} ${name}`,
          isPosition: true as const,
          send: (text: string) => get(operation, `?cursor=${encodeCursor(name, text)}`),
        })),
      ),
      mixed,
    );
  });

  // part of security 109
  test("in a parameter or a field of another operation", async () => {
    const others = operations.filter(({ method }) => method !== "GET");
    // Some of them end the session.
    let bearer = admin.accessToken;
    const signedIn = async () => {
      if ((await statusOfMe(app, bearer)) !== 200) {
        bearer = (await logIn(app, admin)).json.data.access_token;
      }
      return { bearer };
    };
    const places = others.flatMap((operation) => {
      const call = operation.isPublic ? async () => ({}) : signedIn;
      return [...parametersOf(operation, call), ...fieldsOf(operation, call)];
    });
    expect(places.length).toBeGreaterThan(80);
    await expectNoInjection(places, mixed);
  });

  test("in a parameter of a page", async () => {
    const authorize = ["client_id", "redirect_uri", "response_type", "scope", "state", "nonce"];
    authorize.push(
      "code_challenge",
      "prompt",
      "login_hint",
      "id_token_hint",
      "request_uri",
      "resource",
    );
    const pages: Readonly<Record<string, readonly string[]>> = {
      "/verify-email": ["token"],
      "/magic-link": ["token"],
      "/reset-password": ["token"],
      "/change-email": ["token"],
      "/set-up": ["token"],
      "/sign-in": ["return_to"],
      "/device": ["user_code"],
      "/oauth/end-session": ["id_token_hint", "client_id", "post_logout_redirect_uri", "state"],
    };
    const queries = Object.entries(pages).flatMap(([path, names]) =>
      names.map((name) => ({
        name: `${path} ${name}`,
        send: (text: string) => app.call("GET", `${path}?${new URLSearchParams({ [name]: text })}`),
      })),
    );
    const forms: Readonly<Record<string, readonly string[]>> = {
      "/sign-in": ["email", "password", "return_to"],
      "/sign-up": ["email", "username", "password"],
      "/magic-link": ["token"],
      "/magic-link/code": ["email", "code"],
      "/verify-email": ["token"],
      "/verify-email/code": ["email", "code"],
      "/reset-password": ["token", "password", "password_confirmation"],
      "/change-email": ["token"],
      "/device/code": ["user_code"],
    };
    const filled = { email: admin.email, password: goodPassword, code: "000000", token: "x" };
    const sent = Object.entries(forms).flatMap(([path, names]) =>
      names.map((name) => ({
        name: `POST ${path} ${name}`,
        send: (text: string) => app.call("POST", path, { form: { ...filled, [name]: text } }),
      })),
    );
    const requests = authorize.map((name) => ({
      name: `/oauth/authorize ${name}`,
      send: (text: string) =>
        app.call("GET", `/oauth/authorize?${authorizeQuery(client.id, { [name]: text })}`),
    }));
    await expectNoInjection([...queries, ...sent, ...requests], mixed);
  });

  test("in a header", async () => {
    const headers: Readonly<Record<string, (text: string) => Record<string, string>>> = {
      authorization: (text) => ({ authorization: `Bearer ${text}` }),
      client: (text) => ({ authorization: `Basic ${btoa(`${text}:${text}`)}` }),
      cookie: (text) => browserHeaders(encodeURIComponent(text)),
      "user-agent": (text) => ({ "user-agent": text }),
      "x-request-id": (text) => ({ "x-request-id": text }),
      "x-forwarded-for": (text) => ({ "x-forwarded-for": text }),
      origin: (text) => ({ origin: text }),
      "accept-language": (text) => ({ "accept-language": text }),
    };
    await expectNoInjection(
      Object.entries(headers).flatMap(([name, of]) => [
        {
          name: `sign-in ${name}`,
          send: (text: string) =>
            app.post(
              "/api/v1/auth/login",
              { email: freshEmail(), password: goodPassword },
              { headers: of(text) },
            ),
        },
        {
          name: `introspection ${name}`,
          send: (text: string) =>
            app.call("POST", "/oauth/introspect", { form: { token: "x" }, headers: of(text) }),
        },
        {
          name: `forward authentication ${name}`,
          send: (text: string) => app.call("GET", "/api/v1/auth/forward", { headers: of(text) }),
        },
      ]),
      mixed,
    );
  });

  // security 109
  test("but is searched for as it is", async () => {
    const bearer: string = (await logIn(app, admin)).json.data.access_token;
    const signedIn = { accessToken: bearer };
    for (const injection of injections) {
      const text = `${injection} ${Bun.randomUUIDv7()}`;
      await app.call("PATCH", "/api/v1/users/me", { bearer, json: { name: text } });
      const post = await makePost(app, signedIn, { text });
      const q = encodeURIComponent(text);
      const found = await app.call("GET", `/api/v1/users?q=${q}`, { bearer });
      expect(found.json.data.items.map(({ id }: { id: string }) => id)).toEqual([admin.userId]);
      const posts = await app.call("GET", `/api/v1/posts?q=${q}`, { bearer });
      const ids = posts.json.data.items.map(({ post_id: id }: { post_id: number }) => id);
      expect(ids).toEqual([post]);
    }
    expect(statements.filter((statement) => statement.includes(marker))).toEqual([]);
  });
});
