import { describe, expect, test } from "bun:test";

import { Validator } from "@seriousme/openapi-schema-validator";
import { Elysia, t } from "elysia";

import { documentOf, documentOfRoutes, sampleKit, sampleRoutes, userSchema } from "./sample-app.ts";

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

/** The codes of each error response of an operation, by status. */
function errorCodes(path: string, method: string): Record<string, unknown> {
  const responses = Object.entries(Object(valueAt("paths", path, method, "responses")));
  return Object.fromEntries(
    responses.flatMap(([status, response]) => {
      const schema = Object(response).content?.["application/json"]?.schema ?? {};
      const named = String(schema.$ref).replace("#/components/schemas/", "");
      const [, narrowed] =
        schema.allOf ?? Object(valueAt("components", "schemas", named)).allOf ?? [];
      return narrowed ? [[status, narrowed.properties.error.allOf[1].properties.code.enum]] : [];
    }),
  );
}

describe("the document of a sample app", () => {
  test("is accepted by the validator of OpenAPI 3.0", async () => {
    const validator = new Validator();
    expect(await validator.validate(structuredClone(document))).toEqual({ valid: true });
    expect(validator.version).toBe("3.0");
  });

  test("contains no keyword, type or format that OpenAPI 3.0 does not know", () => {
    const foreign = ["$id", "const", "patternProperties", "contentMediaType"];
    const types = ["string", "number", "integer", "boolean", "object", "array", "http", "oauth2"];
    const formats = ["uuid", "email", "date-time", "uri", "int32", "int64"];
    for (const { path, object } of objectsIn(document)) {
      if (path.endsWith("/properties")) continue;
      expect({ path, foreign: foreign.filter((keyword) => keyword in object) }).toEqual({
        path,
        foreign: [],
      });
      if ("type" in object) expect(types).toContain(String(object["type"]));
      if ("format" in object) expect(formats).toContain(String(object["format"]));
      if (object["type"] === "integer") expect(object["format"]).toMatch(/^int(?:32|64)$/);
    }
  });

  test("publishes no internal extension of a route", () => {
    const extensions = [...objectsIn(document)].flatMap(({ object }) =>
      Object.keys(object).filter((key) => key.startsWith("x-")),
    );
    expect([...new Set(extensions)].toSorted()).toEqual(["x-codeSamples", "x-permission"]);
  });

  test("describes every response, and adds nothing else to it", () => {
    const responses = [...objectsIn(document.paths)].filter(({ path }) =>
      /\/responses\/\d+$/.test(path),
    );
    expect(responses.length).toBeGreaterThan(10);
    for (const { path, object } of responses) {
      expect(object["description"]).toMatch(/./);
      const others = Object.keys(object).filter(
        (key) => !["description", "headers", "content"].includes(key),
      );
      expect({ path, others }).toEqual({ path, others: [] });
    }
  });

  test("gives every body the one media type that the route takes or sends", () => {
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

  test("keeps named schemas once, and refers to them from everywhere", () => {
    expect(Object.keys(document.components.schemas)).toEqual([
      "AccessTokenError",
      "ApiError",
      "ApiErrorBody",
      "ForbiddenError",
      "GrantError",
      "InternalError",
      "Manager",
      "OAuthError",
      "PayloadTooLargeError",
      "RateLimitedError",
      "UnavailableError",
      "UnsupportedMediaTypeError",
      "User",
      "UserNotFoundError",
      "ValidationError",
    ]);
    expect(valueAt("components", "schemas", "ApiError")).toMatchObject({
      required: ["success", "error", "timestamp"],
      properties: {
        success: { type: "boolean", enum: [false] },
        error: { $ref: "#/components/schemas/ApiErrorBody" },
      },
    });
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

  test("describes nulls, literals and records in terms of OpenAPI 3.0", () => {
    expect(valueAt("components", "schemas", "User", "properties")).toEqual({
      id: { type: "string", format: "uuid" },
      name: { type: "string", nullable: true },
      role: { type: "string", enum: ["user", "admin"] },
      manager: { allOf: [{ $ref: "#/components/schemas/Manager" }], nullable: true },
    });
    const body = valueAt("paths", "/api/odd", "put", "requestBody");
    expect(body).toMatchObject({ required: false });
    expect(Object(body).content["application/json"].schema).toEqual({
      type: "object",
      required: ["labels", "anything"],
      properties: {
        labels: { type: "object", additionalProperties: { type: "number" } },
        anything: {},
      },
      additionalProperties: false,
    });
  });

  test("replaces private formats, and describes parameters as clients send them", () => {
    expect(valueAt("paths", "/api/users/{id}", "get", "parameters")).toEqual([
      { name: "id", in: "path", required: true, schema: { type: "string", format: "uuid" } },
      {
        name: "limit",
        in: "query",
        required: false,
        schema: { type: "integer", format: "int32", minimum: 1, maximum: 100 },
      },
      {
        name: "after",
        in: "query",
        required: false,
        example: 20,
        schema: { type: "integer", format: "int64", example: 20 },
      },
    ]);
    const body = Object(valueAt("paths", "/api/register", "post", "requestBody"));
    const { name } = body.content["application/json"].schema.properties;
    expect(name).toEqual({ type: "string", maxLength: 20, pattern: expect.any(String) });
    expect(new RegExp(name.pattern).test("Ada Lovelace, Zoë")).toBe(true);
    for (const text of ["a\u0000", "a\nb", "\u202e", "\u0085"]) {
      expect([text, new RegExp(name.pattern).test(text)]).toEqual([text, false]);
    }
  });

  test("makes the security and the sentence about the permission from the access", () => {
    const signedIn = [{ password: [] }, { bearer: [] }];
    expect(valueAt("paths", "/api/me", "get", "security")).toEqual(signedIn);
    expect(valueAt("paths", "/api/me", "get")).not.toHaveProperty("x-permission");
    expect(valueAt("paths", "/api/users/{id}", "get", "security")).toEqual(signedIn);
    expect(valueAt("paths", "/api/users/{id}", "get")).toMatchObject({
      "x-permission": "users:read",
      description: "Returns the user.\n\nRequires the permission `users:read`.",
    });
    expect(valueAt("paths", "/api/register", "post", "security")).toEqual([]);
    expect(valueAt("paths", "/oauth/token", "post", "security")).toEqual([{ client: [] }]);
    expect(document.components.securitySchemes).toMatchObject({
      bearer: { type: "http", scheme: "bearer", bearerFormat: "JWT" },
      password: {
        type: "oauth2",
        flows: { password: { tokenUrl: "/oauth/token", refreshUrl: "/oauth/token", scopes: {} } },
      },
    });
  });

  test("makes the error responses from the access, the schemas and the codes of the route", () => {
    const anywhere = {
      429: ["RATE_LIMITED"],
      500: ["INTERNAL_ERROR"],
      503: ["UNAVAILABLE"],
    };
    const unauthenticated = ["AUTHENTICATION_REQUIRED", "INVALID_TOKEN", "EXPIRED_TOKEN"];
    expect(errorCodes("/page", "get")).toEqual(anywhere);
    expect(errorCodes("/api/me", "get")).toEqual({ 401: unauthenticated, ...anywhere });
    expect(errorCodes("/api/users/{id}", "get")).toEqual({
      400: ["VALIDATION_ERROR"],
      401: unauthenticated,
      403: ["FORBIDDEN"],
      404: ["USER_NOT_FOUND"],
      ...anywhere,
    });
    expect(errorCodes("/api/register", "post")).toEqual({
      400: ["VALIDATION_ERROR", "WEAK_PASSWORD"],
      413: ["PAYLOAD_TOO_LARGE"],
      415: ["UNSUPPORTED_MEDIA_TYPE"],
      ...anywhere,
      503: ["UNAVAILABLE", "OVERLOADED"],
    });
  });

  test("describes the errors of RFC 6749 under its paths, and what the route declares instead", () => {
    const schemaOf = (status: string) =>
      Object(valueAt("paths", "/oauth/token", "post", "responses", status)).content[
        "application/json"
      ].schema;
    expect(schemaOf("400")).toEqual({ $ref: "#/components/schemas/GrantError" });
    for (const status of ["413", "415", "429", "500", "503"]) {
      expect(schemaOf(status)).toEqual({ $ref: "#/components/schemas/OAuthError" });
    }
  });

  test("describes the headers of 401, 429 and 503", () => {
    const headersOf = (status: string) =>
      valueAt("paths", "/api/me", "get", "responses", status, "headers");
    expect(headersOf("401")).toHaveProperty("WWW-Authenticate");
    expect(headersOf("429")).toHaveProperty("Retry-After");
    expect(headersOf("503")).toHaveProperty("Retry-After");
  });

  test("lists the tags in use, the server, and every route that is not hidden, in the order of the tags", () => {
    expect(document.tags).toEqual([
      { name: "Users", description: "Users who sign in." },
      { name: "Accounts", description: "" },
      { name: "OAuth", description: "" },
      { name: "Pages", description: "" },
    ]);
    expect(document.servers).toEqual([{ url: "https://auth.example.com" }]);
    expect(document.info).toMatchObject({ title: "sample", version: "1.2.3" });
    expect(Object.keys(document.paths)).toEqual([
      "/api/me",
      "/api/users/{id}",
      "/api/odd",
      "/api/register",
      "/oauth/token",
      "/page",
      "/.well-known/keys.json",
    ]);
  });
});

test("the document neither depends on what the app has served nor on the order of its parts", async () => {
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

test("gathering the routes leaves the served app its server", async () => {
  const app = new Elysia()
    .use(sampleKit)
    .get("/served", ({ server }) => (server === null ? "no server" : "server"), {
      anyone: true,
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

// A hot route is served outside of the framework's router.
test("an operation that is declared as data is described like a route", async () => {
  const elysia = await documentOf(
    new Elysia().use(sampleKit).post("/api/items/:id", () => ({ id: "" }), {
      permission: "items:write",
      accepts: "json",
      params: t.Object({ id: t.String() }),
      body: t.Object({ text: t.String() }),
      response: { 200: t.Object({ id: t.String() }) },
      detail: { operationId: "writeItem", summary: "Write an item", tags: ["Items"] },
    }),
  );
  const declared = await documentOfRoutes([
    {
      method: "POST",
      path: "/api/items/:id",
      access: { kind: "permission", permission: "items:write" },
      bodyKind: "json",
      params: t.Object({ id: t.String() }),
      body: t.Object({ text: t.String() }),
      response: { 200: t.Object({ id: t.String() }) },
      detail: { operationId: "writeItem", summary: "Write an item", tags: ["Items"] },
    },
  ]);
  expect(declared).toEqual(elysia);
  expect(Object.keys(Object(declared.paths["/api/items/{id}"]).post)).toContain("requestBody");
});

test("a route that declares no response, or one without a status, responds with 200", async () => {
  const loose = new Elysia()
    .use(sampleKit)
    .get("/none", () => "none", { anyone: true, detail: { operationId: "none" } })
    .get("/one", () => "one", {
      anyone: true,
      response: t.String(),
      detail: { operationId: "one" },
    });
  const { paths } = await documentOf(loose);
  expect(Object(paths["/none"]).get.responses[200]).toEqual({ description: "Success." });
  expect(Object(paths["/one"]).get.responses[200]).toEqual({
    description: "Success.",
    content: { "text/plain": { schema: { type: "string" } } },
  });
});

test("without the password grant, no scheme of a password is offered", async () => {
  const { components, paths } = await documentOf(sample(), { passwordGrantEnabled: false });
  expect(Object.keys(components.securitySchemes)).toEqual(["bearer", "client"]);
  expect(Object(paths["/api/me"]).get.security).toEqual([{ bearer: [] }]);
});

describe("no document is made of", () => {
  const get = (path: string, operationId: string, schema: ReturnType<typeof t.Object>) =>
    new Elysia().use(sampleKit).get(path, () => ({}), {
      anyone: true,
      response: { 200: schema },
      detail: { operationId },
    });
  const failureOf = async (routes: Parameters<typeof documentOf>[0]) => {
    try {
      await documentOf(routes);
      return null;
    } catch (error) {
      return String(error);
    }
  };

  test("one operationId for two operations", async () => {
    const twice = new Elysia()
      .use(get("/a", "same", t.Object({})))
      .use(get("/b", "same", t.Object({})));
    expect(await failureOf(twice)).toContain('Two operations have the id "same"');
  });

  test("one name for two schemas", async () => {
    const other = t.Object({ other: t.String() }, { $id: "User" });
    const clash = new Elysia().use(get("/a", "a", userSchema)).use(get("/b", "b", other));
    expect(await failureOf(clash)).toContain('Two different schemas are named "User"');
  });

  test("a format or type that clients do not know", async () => {
    const format = get("/a", "a", t.Object({ text: t.String({ format: "home-made" }) }));
    expect(await failureOf(format)).toContain('The format "home-made" has no description');
    expect(await failureOf(get("/a", "a", t.Object({ at: t.Date() })))).toContain(
      "OpenAPI cannot describe the type",
    );
  });

  test("a route without an access", async () => {
    expect(await failureOf(new Elysia().get("/open", () => ""))).toContain(
      "GET /open does not state its access",
    );
  });

  test("a guarded route that declares its security by hand", async () => {
    const contradicting = new Elysia().use(sampleKit).get("/a", () => "", {
      signedIn: true,
      detail: { operationId: "a", security: [] },
    });
    expect(await failureOf(contradicting)).toContain("is guarded and declares its security");
  });
});
