import { describe, expect, test } from "bun:test";

import { Validator } from "@seriousme/openapi-schema-validator";
import { Elysia, t, type AnyElysia } from "elysia";

import { openApiDocument } from "../../src/app/openapi/document.ts";
import { documentOf, errorSchema, sampleRoutes, userSchema } from "./sample-app.ts";

function sample() {
  return sampleRoutes({ tokenRequests: [], authorizations: [] });
}

const document = await documentOf(sample());

/** Every object inside a value, with the keys that lead to it. */
function* objectsIn(
  value: unknown,
  path = "",
): Generator<{ path: string; object: Record<string, unknown> }> {
  if (typeof value !== "object" || value === null) return;
  if (!Array.isArray(value)) yield { path, object: { ...value } };
  for (const [key, child] of Object.entries(value)) yield* objectsIn(child, `${path}/${key}`);
}

function valueAt(...keys: string[]): unknown {
  return keys.reduce<unknown>((value, key) => Object(value)[key], document);
}

const errorReference = { "application/json": { schema: { $ref: "#/components/schemas/Error" } } };

describe("the document of a sample app", () => {
  test("is accepted by the validator of OpenAPI 3.0", async () => {
    const validator = new Validator();
    expect(await validator.validate(structuredClone(document))).toEqual({ valid: true });
    expect(validator.version).toBe("3.0");
  });

  test("contains no keyword or type outside OpenAPI 3.0", () => {
    const foreign = [
      "$id",
      "const",
      "patternProperties",
      "contentMediaType",
      "examples",
      "additionalItems",
      "x-schema",
      "x-optional",
    ];
    const types = ["string", "number", "integer", "boolean", "object", "array", "http", "oauth2"];
    for (const { path, object } of objectsIn(document)) {
      if (path.endsWith("/properties")) continue;
      expect({ path, foreign: foreign.filter((keyword) => keyword in object) }).toEqual({
        path,
        foreign: [],
      });
      if ("type" in object) expect(types).toContain(String(object["type"]));
    }
  });

  test("describes every response", () => {
    const responses = [...objectsIn(document.paths)].filter(({ path }) =>
      /\/responses\/\d+$/.test(path),
    );
    expect(responses.length).toBeGreaterThan(10);
    for (const { path, object } of responses) {
      expect(object["description"]).toMatch(/./);
      const spilled = Object.keys(object).filter(
        (key) => !["description", "headers", "content"].includes(key),
      );
      expect({ path, spilled }).toEqual({ path, spilled: [] });
    }
    expect(valueAt("paths", "/api/register", "post", "responses", "400")).toEqual({
      description: "WEAK_PASSWORD or DUPLICATE_EMAIL.",
      content: errorReference,
    });
  });

  test("gives every body the one media type that the route accepts or sends", () => {
    const contents = [...objectsIn(document.paths)].filter(({ path }) => path.endsWith("/content"));
    const byPath = Object.fromEntries(
      contents.map(({ path, object }) => [path, Object.keys(object)]),
    );
    expect(Object.values(byPath).every((types) => types.length === 1)).toBe(true);
    expect(byPath["//api/register/post/requestBody/content"]).toEqual(["application/json"]);
    expect(byPath["//oauth/token/post/requestBody/content"]).toEqual([
      "application/x-www-form-urlencoded",
    ]);
    expect(byPath["//oauth/token/post/responses/200/content"]).toEqual(["application/json"]);
    expect(byPath["//page/get/responses/200/content"]).toEqual(["text/html"]);
    expect(byPath["//.well-known/keys.json/get/responses/200/content"]).toEqual(["text/plain"]);
    expect(valueAt("paths", "/api/users/{id}", "get", "responses", "204")).not.toHaveProperty(
      "content",
    );
  });

  test("has named schemas once, and references them", () => {
    expect(Object.keys(document.components.schemas)).toEqual([
      "Error",
      "Manager",
      "OAuthError",
      "User",
    ]);
    expect(valueAt("components", "schemas", "Error")).toMatchObject({
      required: ["success", "error", "timestamp"],
      properties: { success: { type: "boolean", enum: [false] } },
    });
    expect(valueAt("paths", "/api/me", "get", "responses", "401", "content")).toEqual(
      errorReference,
    );
    expect(
      valueAt(
        "paths",
        "/api/odd",
        "put",
        "responses",
        "200",
        "content",
        "application/json",
        "schema",
      ),
    ).toEqual({
      type: "array",
      items: { $ref: "#/components/schemas/User" },
    });
  });

  test("converts dates, nulls, literals, tuples and records to OpenAPI 3.0", () => {
    expect(valueAt("components", "schemas", "User", "properties")).toEqual({
      id: { type: "string", format: "uuid" },
      name: { type: "string", nullable: true },
      born: { type: "string", format: "date-time" },
      role: { type: "string", enum: ["user", "admin"] },
      manager: {
        anyOf: [
          { $ref: "#/components/schemas/Manager" },
          { type: "string", nullable: true, enum: [null] },
        ],
      },
    });
    const body = valueAt("paths", "/api/odd", "put", "requestBody");
    expect(body).toMatchObject({ required: false });
    expect(Object(body).content["application/json"].schema.additionalProperties).toBe(false);
    expect(Object(body).content["application/json"].schema.properties).toEqual({
      pair: {
        type: "array",
        minItems: 2,
        maxItems: 2,
        items: { anyOf: [{ type: "string" }, { type: "integer" }] },
      },
      labels: { type: "object", additionalProperties: { type: "number" } },
      nothing: { type: "string", nullable: true, enum: [null] },
    });
  });

  test("shows parameters as clients send them, and no header that OpenAPI describes otherwise", () => {
    expect(valueAt("paths", "/api/users/{id}", "get", "parameters")).toEqual([
      { name: "x-tenant", in: "header", required: false, schema: { type: "string" } },
      { name: "id", in: "path", required: true, schema: { type: "string", format: "uuid" } },
      {
        name: "limit",
        in: "query",
        required: false,
        example: 20,
        schema: { type: "integer", minimum: 1, example: 20 },
      },
      {
        name: "above",
        in: "query",
        required: false,
        schema: { type: "number", minimum: 0, exclusiveMinimum: true },
      },
      { name: "deep", in: "query", required: false, schema: { type: "boolean" } },
    ]);
  });

  test("has a security requirement for every operation that is not public", () => {
    const signedIn = [{ bearer: [] }, { password: [] }];
    expect(valueAt("paths", "/api/me", "get", "security")).toEqual(signedIn);
    expect(valueAt("paths", "/api/users/{id}", "get", "security")).toEqual(signedIn);
    expect(valueAt("paths", "/api/register", "post", "security")).toEqual([]);
    expect(document.components.securitySchemes).toMatchObject({
      bearer: { type: "http", scheme: "bearer", bearerFormat: "JWT" },
      password: {
        type: "oauth2",
        flows: { password: { tokenUrl: "/oauth/token", refreshUrl: "/oauth/token", scopes: {} } },
      },
    });
  });

  test("describes the headers of 401, 429 and 503", () => {
    expect(valueAt("paths", "/api/me", "get", "responses", "401", "headers")).toHaveProperty(
      "WWW-Authenticate",
    );
    expect(valueAt("paths", "/api/register", "post", "responses", "429", "headers")).toHaveProperty(
      "Retry-After",
    );
    expect(
      valueAt("paths", "/api/users/{id}", "get", "responses", "503", "headers"),
    ).toHaveProperty("Retry-After");
  });

  test("lists the tags in use, the server, and every route that is not hidden, sorted", () => {
    expect(document.tags).toEqual([
      { name: "Accounts" },
      { name: "OAuth" },
      { name: "Pages" },
      { name: "Users", description: "Those who sign in." },
    ]);
    expect(document.servers).toEqual([{ url: "https://auth.example.com" }]);
    expect(document.info).toMatchObject({ title: "sample", version: "1.2.3" });
    expect(Object.keys(document.paths)).toEqual([
      "/.well-known/keys.json",
      "/api/me",
      "/api/odd",
      "/api/register",
      "/api/users/{id}",
      "/oauth/token",
      "/page",
    ]);
  });
});

test("the document does not depend on served requests or on the order of routes", async () => {
  const served = sample();
  const answer = await served.handle(
    new Request("http://localhost/api/register", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ email: "ada@example.com" }),
    }),
  );
  expect(answer.status).toBe(201);
  const first = JSON.stringify(await documentOf(served));
  expect(first).toBe(JSON.stringify(document));
  expect(JSON.stringify(await documentOf(served))).toBe(first);
});

test("collecting the routes does not stop the served app", async () => {
  const app = new Elysia()
    .get("/served", ({ server }) => (server === null ? "no server" : "server"), {
      detail: { operationId: "served" },
    })
    .listen({ port: 0, hostname: "127.0.0.1" });
  try {
    await documentOf(app);
    const answer = await fetch(`http://127.0.0.1:${app.server?.port}/served`);
    expect(await answer.text()).toBe("server");
  } finally {
    await app.stop(true);
  }
});

test("security and errors that a macro or a guard declares are described", async () => {
  const guarded = new Elysia()
    .macro("signedIn", { detail: { security: [{ bearer: [] }] }, response: { 401: errorSchema } })
    .guard({ response: { 503: errorSchema } })
    .get("/guarded", () => "yes", {
      signedIn: true,
      response: { 200: t.String() },
      detail: { operationId: "guarded" },
    });
  const { paths } = await documentOf(guarded);
  const operation = Object(paths["/guarded"]).get;
  expect(Object.keys(operation.responses)).toEqual(["200", "401", "503"]);
  expect(operation.security).toEqual([{ bearer: [] }, { password: [] }]);
});

test("a route that declares no response, or one without a status, has a response 200", async () => {
  const loose = new Elysia()
    .get("/none", () => "none", { detail: { operationId: "none" } })
    .get("/one", () => "one", { response: t.String(), detail: { operationId: "one" } });
  const { paths } = await documentOf(loose);
  expect(Object(paths["/none"]).get.responses).toEqual({ 200: { description: "Done." } });
  expect(Object(paths["/one"]).get.responses).toEqual({
    200: { description: "Done.", content: { "text/plain": { schema: { type: "string" } } } },
  });
});

test("without the password grant, no scheme of a password is offered", async () => {
  const { components, paths } = await openApiDocument(sample().routes, {
    publicUrl: "https://auth.example.com",
    serviceName: "sample",
    version: "1.2.3",
    passwordGrantEnabled: false,
  });
  expect(Object.keys(components.securitySchemes)).toEqual(["bearer", "client"]);
  expect(Object(paths["/api/me"]).get.security).toEqual([{ bearer: [] }]);
});

describe("routes that contradict each other are refused", () => {
  const get = (path: string, operationId: string, schema: ReturnType<typeof t.Object>): AnyElysia =>
    new Elysia().get(path, () => ({}), { response: { 200: schema }, detail: { operationId } });

  test("one operationId twice", async () => {
    const twice = new Elysia()
      .use(get("/a", "same", t.Object({})))
      .use(get("/b", "same", t.Object({})));
    expect(await documentOf(twice).catch(String)).toContain('Two operations are called "same"');
  });

  test("one name for two schemas", async () => {
    const other = t.Object({ other: t.String() }, { $id: "User" });
    const clash = new Elysia().use(get("/a", "a", userSchema)).use(get("/b", "b", other));
    expect(await documentOf(clash).catch(String)).toContain(
      'Two different schemas are named "User"',
    );
  });

  test("a reference to a missing schema", async () => {
    const dangling = get("/a", "a", t.Object({ missing: t.Unsafe({ $ref: "Missing" }) }));
    expect(await documentOf(dangling).catch(String)).toContain(
      "#/components/schemas/Missing is not a known schema",
    );
  });
});
