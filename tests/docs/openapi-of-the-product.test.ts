import { Validator } from "@seriousme/openapi-schema-validator";
import { afterAll, beforeAll, expect, test } from "bun:test";

import { errorStatus } from "../../src/platform/http/error-status.ts";
import { startTestApp, type TestApp } from "../support/test-app.ts";

interface Parameter {
  name: string;
  in: string;
  schema: { type: string; format?: string };
}

interface Operation {
  operationId: string;
  summary: string;
  description: string;
  tags: string[];
  security: unknown[];
  parameters?: Parameter[];
  requestBody?: { content: Record<string, { schema: { required?: string[] } }> };
  responses: Record<string, { description: string; headers?: object; content?: object }>;
}

let app: TestApp;
let document: {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: object; securitySchemes: object };
};
let operations: { name: string; operation: Operation }[];

beforeAll(async () => {
  app = await startTestApp();
  document = (await app.call("GET", "/openapi.json")).json;
  operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      name: `${method} ${path}`,
      operation,
    })),
  );
});

afterAll(async () => {
  await app[Symbol.asyncDispose]();
});

function operationOf(name: string): Operation {
  const found = operations.find((one) => one.name === name);
  if (!found) throw new Error(`no operation ${name}`);
  return found.operation;
}

test("the product's own document is valid, and every operation is described, typed and says who may call it", async () => {
  const result = await new Validator().validate(structuredClone(document));
  expect(result).toMatchObject({ valid: true });
  expect(operations.length).toBeGreaterThanOrEqual(13);
  for (const { name, operation } of operations) {
    const faults = [
      operation.operationId ? "" : "operationId",
      operation.summary ? "" : "summary",
      operation.description ? "" : "description",
      operation.tags.length > 0 ? "" : "tag",
      Array.isArray(operation.security) ? "" : "security",
      Object.values(operation.responses).every(({ description }) => description) ? "" : "responses",
    ].filter((fault) => fault !== "");
    expect({ name, faults }).toEqual({ name, faults: [] });
  }
  expect(Object.keys(operationOf("post /oauth/token").requestBody?.content ?? {})).toEqual([
    "application/x-www-form-urlencoded",
  ]);
  expect(Object.keys(document.components.securitySchemes)).toEqual([
    "password",
    "bearer",
    "client",
    "browser_session",
  ]);
});

// A generated client names its types after these.
test("resources are named schemas, and responses refer to them", () => {
  const names = [
    "ApiError",
    "AuditEvent",
    "Client",
    "CurrentUser",
    "Post",
    "Role",
    "Session",
    "TokenResponse",
    "User",
    "UserAccount",
  ];
  expect(Object.keys(document.components.schemas)).toEqual(expect.arrayContaining(names));
  const text = JSON.stringify([document.paths, document.components]);
  for (const name of names) expect(text).toContain(`"$ref":"#/components/schemas/${name}"`);
  expect(JSON.stringify(operationOf("post /api/v1/auth/login").responses["200"])).toContain(
    '"data":{"$ref":"#/components/schemas/TokenResponse"}',
  );
});

/** Identities have one path with two meanings: OpenAPI allows one name for its last segment, here the name of a provider. */
const pathOfProvider = "post /api/v1/users/me/identities/{id}";

// A Go client that is generated from an integer without a format does not compile.
test("every integer has a format, every id in a path is a UUID, and no format is private", () => {
  const text = JSON.stringify(document);
  const integers = text.match(/\{[^{}]*"type":"integer"[^{}]*/g) ?? [];
  expect(integers.length).toBeGreaterThan(5);
  expect(integers.filter((one) => !/"format":"int(?:32|64)"/.test(one))).toEqual([]);
  const formats = new Set([...text.matchAll(/"format":"([^"]+)"/g)].map(([, format]) => format));
  expect(formats).toEqual(new Set(["date-time", "email", "int32", "int64", "uri", "uuid"]));
  for (const { name, operation } of operations) {
    for (const { name: parameter, schema } of operation.parameters ?? []) {
      if (parameter !== "id" || name.includes("/clients/") || name === pathOfProvider) continue;
      expect([name, schema.format]).toEqual([name, "uuid"]);
    }
  }
});

test("the OAuth forms require what RFC 6749, 7009 and 7662 require", () => {
  const requiredBy = (name: string) =>
    operationOf(name).requestBody?.content["application/x-www-form-urlencoded"]?.schema.required;
  expect(requiredBy("post /oauth/token")).toEqual(["grant_type"]);
  expect(requiredBy("post /oauth/revoke")).toEqual(["token"]);
  expect(requiredBy("post /oauth/introspect")).toEqual(["token"]);
});

test("429 and 503 with Retry-After, and 500, are described wherever they can occur", () => {
  for (const { name, operation } of operations) {
    const { responses } = operation;
    expect([name, "500" in responses]).toEqual([name, true]);
    if (name.startsWith("get /health")) continue;
    for (const status of ["429", "503"]) {
      expect([name, status, Object.keys(responses[status]?.headers ?? {})]).toEqual([
        name,
        status,
        ["Retry-After"],
      ]);
    }
  }
});

test("each error response lists the codes that it can have, each under its own status", () => {
  let lists = 0;
  for (const { name, operation } of operations) {
    for (const [status, response] of Object.entries(operation.responses)) {
      const [, codes] = /"code":\{"type":"string","enum":\[([^\]]+)\]/.exec(
        JSON.stringify(response),
      ) ?? [null, null];
      if (Number(status) < 400 || codes === null) continue;
      lists += 1;
      for (const code of codes.split(",").map((each) => each.slice(1, -1))) {
        expect([name, code, Reflect.get(errorStatus, code)]).toEqual([name, code, Number(status)]);
      }
    }
  }
  expect(lists).toBeGreaterThan(200);
});

test("a summary is short and begins with a verb in the imperative", () => {
  for (const { name, operation } of operations) {
    const { summary } = operation;
    expect([name, summary]).toEqual([name, expect.stringMatching(/^[A-Z][a-z]+\b[^?.]{0,60}$/)]);
    expect([name, /^(?:The|A|Is|What|Should)\b/.test(summary)]).toEqual([name, false]);
  }
});
