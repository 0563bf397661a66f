import { afterAll, beforeAll, expect, setSystemTime, test } from "bun:test";

import { type Added, exampleJourney, exampleSettings, google } from "../support/example-journey.ts";
import type { Answer, Call } from "../support/http-call.ts";
import { schemaFaults } from "../support/schema-faults.ts";
import { useTestApp } from "../support/test-app.ts";

interface Schema {
  readonly properties?: Readonly<Record<string, { readonly description?: string }>>;
  readonly required?: readonly string[];
}

interface Operation {
  readonly operationId: string;
  readonly parameters?: readonly {
    readonly name: string;
    readonly in: string;
    readonly description?: string;
    readonly example?: unknown;
  }[];
  readonly requestBody?: {
    readonly content: Readonly<
      Record<string, { readonly schema: Schema; readonly example?: Record<string, unknown> }>
    >;
  };
}

// Webhooks of the examples are at a host that the test must not reach.
const httpClient = { send: async () => ({ status: 204, headers: new Headers(), body: "" }) };
const app = useTestApp({
  // Every operation is called here: the tests of the features call most of them on Postgres only.
  database: "embedded",
  providers: [google],
  settings: exampleSettings,
  overrides: { httpClient },
});
const operations = new Map<string, { method: string; path: string; operation: Operation }>();
let schemas: Record<string, unknown>;

beforeAll(async () => {
  const { json } = await app.call("GET", "/openapi.json");
  ({ schemas } = json.components);
  for (const [path, methods] of Object.entries<Record<string, Operation>>(json.paths)) {
    for (const [method, operation] of Object.entries(methods)) {
      operations.set(operation.operationId, { method: method.toUpperCase(), path, operation });
    }
  }
});

afterAll(() => {
  setSystemTime();
});

function contentOf({ requestBody }: Operation) {
  return Object.entries(requestBody?.content ?? {})[0] ?? null;
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** Sends the example of an operation, with nothing of the test's own but what is added. */
function send(operationId: string, added: Added): Promise<Answer> {
  const found = operations.get(operationId);
  if (!found) throw new Error(`no operation ${operationId}`);
  const { method, path, operation } = found;
  const query = new URLSearchParams(added.query);
  let address = path;
  for (const { name, in: place, example } of operation.parameters ?? []) {
    if (place === "path") {
      const value = added.path?.[name] ?? textOf(example);
      address = address.replace(`{${name}}`, encodeURIComponent(value));
    } else if (example !== undefined && !query.has(name) && name !== "state" && name !== "code") {
      query.set(name, textOf(example));
    }
  }
  const [mediaType = null, content] = contentOf(operation) ?? [];
  const body = { ...content?.example, ...added.body };
  const call: Call = {
    ...(mediaType === "application/json" ? { json: body } : {}),
    ...(mediaType === "application/x-www-form-urlencoded"
      ? {
          form: Object.fromEntries(
            Object.entries(body).map(([key, value]) => [key, textOf(value)]),
          ),
        }
      : {}),
    ...(added.bearer === undefined ? {} : { bearer: added.bearer }),
    headers: {
      ...(added.authorization === undefined ? {} : { authorization: added.authorization }),
      ...(added.cookie === undefined ? {} : { cookie: added.cookie }),
    },
  };
  const search = query.size === 0 ? "" : `?${query}`;
  return app.call(method, `${address}${search}`, call);
}

/** The values that were added, with the description in which the document says where each comes from. */
function addedValues(operationId: string, { body = {}, path = {}, query = {} }: Added) {
  const operation = operations.get(operationId)?.operation;
  const parameters = operation?.parameters ?? [];
  const [, content] = (operation && contentOf(operation)) ?? [];
  const ofParameter = (name: string) => parameters.find((each) => each.name === name)?.description;
  const wholeBody = Object(content?.schema).description;
  return [
    ...Object.keys({ ...path, ...query }).map((name) => [name, ofParameter(name)] as const),
    ...Object.keys(body).map(
      (name) => [name, content?.schema.properties?.[name]?.description ?? wholeBody] as const,
    ),
  ];
}

const statesSource =
  /`(?:GET|POST) \/|from the|of the (?:link|e-mail|start|redirect|options|last|application)|of a sign-in|From the details|authenticator app|returns/;

test("the example of every operation succeeds, with the values that its descriptions say where to find", async () => {
  const journey = exampleJourney(app);
  expect(Object.keys(journey).toSorted()).toEqual([...operations.keys()].toSorted());
  for (const [operationId, { add, use }] of Object.entries(journey)) {
    const added = await add();
    for (const [name, description] of addedValues(operationId, added)) {
      expect([operationId, name, description]).toEqual([
        operationId,
        name,
        expect.stringMatching(statesSource),
      ]);
    }
    const answer = await send(operationId, added);
    const isSuccess = answer.status >= 200 && answer.status < 400;
    expect([operationId, isSuccess ? "success" : `${answer.status} ${answer.text}`]).toEqual([
      operationId,
      "success",
    ]);
    use?.(answer);
  }
}, 60_000);

test("every example is what its schema describes, and has every required member", () => {
  for (const [operationId, { operation }] of operations) {
    const [, content] = contentOf(operation) ?? [];
    if (content === undefined) continue;
    const { schema, example } = content;
    expect([operationId, example]).toEqual([operationId, expect.any(Object)]);
    expect([operationId, schemaFaults(Object(schema), example, schemas)]).toEqual([
      operationId,
      [],
    ]);
  }
  for (const [operationId, { operation }] of operations) {
    for (const { name, in: place, example } of operation.parameters ?? []) {
      if (place === "path") expect([operationId, name, example ?? null]).not.toContain(null);
    }
  }
});
