import { Validator } from "@seriousme/openapi-schema-validator";
import { afterAll, beforeAll, expect, test } from "bun:test";

import { errorStatus } from "../../src/platform/http/error-status.ts";
import { schemaFaults } from "../support/schema-faults.ts";
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
  "x-codeSamples": { label: string; source: string }[];
}

let app: TestApp;
let document: {
  paths: Record<string, Record<string, Operation>>;
  info: object;
  tags: { name: string; description: string }[];
  components: {
    schemas: object;
    securitySchemes: object;
    examples: Record<string, { value: unknown }>;
  };
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
      const content = JSON.stringify(response.content ?? {}).replaceAll(
        /\{"\$ref":"#\/components\/schemas\/(\w+)"\}/g,
        (_, schema) => JSON.stringify(Reflect.get(document.components.schemas, schema)),
      );
      const [, codes] = /"code":\{"type":"string","enum":\[([^\]]+)\]/.exec(content) ?? [
        null,
        null,
      ];
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

test("every tag is described, in the order in which a new reader needs them", () => {
  const used = new Set(operations.flatMap(({ operation }) => operation.tags));
  expect(document.tags.map(({ name }) => name).slice(0, 4)).toEqual([
    "Sign-up and sign-in",
    "E-mail verification",
    "Users",
    "Sessions",
  ]);
  expect(new Set(document.tags.map(({ name }) => name))).toEqual(used);
  for (const { name, description } of document.tags) {
    expect([name, description]).toEqual([name, expect.stringMatching(/^[A-Z].*\.$/)]);
  }
  const order = operations.map(({ operation }) =>
    document.tags.findIndex(({ name }) => name === operation.tags[0]),
  );
  const firsts = [...new Set(order)];
  expect(firsts).toEqual(firsts.toSorted((one, other) => one - other));
});

test("every error response has an example for each of its codes, as the product writes it", () => {
  const examples = Object.entries(document.components.examples);
  for (const [name, { value }] of examples) {
    const schema = name.startsWith("oauth_") ? "OAuthError" : "ApiError";
    const faults = schemaFaults(
      { $ref: `#/components/schemas/${schema}` },
      value,
      Object(document.components.schemas),
    );
    expect([name, faults]).toEqual([name, []]);
    if (schema === "ApiError") expect(value).toMatchObject({ error: { code: name } });
  }
  for (const { name, operation } of operations) {
    for (const [status, { content }] of Object.entries(operation.responses)) {
      const media = Object(content)["application/json"];
      if (Number(status) < 400 || name.startsWith("get /health")) continue;
      expect([name, status, Object.keys(media.examples ?? {}).length]).not.toContain(0);
      for (const { $ref } of Object.values<{ $ref: string }>(media.examples)) {
        const key = $ref.replace("#/components/examples/", "");
        expect(Reflect.get(errorStatus, key) ?? Number(status)).toBe(Number(status));
        expect(document.components.examples).toHaveProperty([key]);
      }
    }
  }
});

test("every operation has a sample in three languages, and those in TypeScript can be compiled", () => {
  const compiler = new Bun.Transpiler({ loader: "ts" });
  for (const { name, operation } of operations) {
    const samples = operation["x-codeSamples"];
    expect([name, samples.map(({ label }) => label)]).toEqual([
      name,
      ["curl", "TypeScript", "Python"],
    ]);
    for (const { label, source } of samples) {
      expect([name, source.includes("http://localhost:8000/")]).toEqual([name, true]);
      if (label === "TypeScript") expect(compiler.transformSync(source)).toContain("fetch(");
    }
  }
});

test("the contact, the licence and the terms are those of the settings", async () => {
  expect(document.info).toMatchObject({
    contact: { name: "auth-service", url: "http://localhost:8000" },
    license: { name: "MIT", url: "https://opensource.org/license/mit" },
  });
  const other = await app.replica({
    APP_URL: "https://app.example.com",
    SUPPORT_EMAIL: "help@example.com",
    BRAND_NAME: "Acme",
    DOCS_LICENSE_NAME: "Proprietary",
    DOCS_TERMS_URL: "https://example.com/terms",
  });
  expect((await other.call("GET", "/openapi.json")).json.info).toMatchObject({
    contact: { name: "Acme", url: "https://app.example.com/", email: "help@example.com" },
    license: { name: "Proprietary" },
    termsOfService: "https://example.com/terms",
  });
});

test("the document is sent compressed, and not again to a client that has it", async () => {
  const sizes = new Map<string, number>();
  for (const encoding of ["identity", "gzip", "br"]) {
    const headers = { "accept-encoding": encoding };
    const response = await fetch(`${app.url}/openapi.json`, { headers, decompress: false });
    expect(response.headers.get("content-encoding")).toBe(
      encoding === "identity" ? null : encoding,
    );
    sizes.set(encoding, (await response.bytes()).length);
    const known = { ...headers, "if-none-match": response.headers.get("etag") ?? "" };
    expect((await app.call("GET", "/openapi.json", { headers: known })).status).toBe(304);
  }
  const plain = sizes.get("identity") ?? 0;
  expect(sizes.get("gzip")).toBeLessThan(plain / 8);
  expect(sizes.get("br")).toBeLessThan(plain / 8);
});
