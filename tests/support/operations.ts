import type { Call } from "./http-call.ts";
import type { TestApp } from "./test-app.ts";

/** A JSON object out of an OpenAPI document. */
export type Json = { readonly [key: string]: unknown };

/** A parameter of an operation. */
export interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly schema: Json;
}

/** One operation of the OpenAPI document, with what tests want to know of it. */
export interface Operation {
  readonly method: string;
  readonly path: string;
  /** The same with a number in each place that takes one; what else is missing may be any text, and so stays as it is. */
  readonly numberedPath: string;
  /** The parameters of its path and its query. */
  readonly parameters: readonly Parameter[];
  /** Whether the document says that no sign-in is required. */
  readonly isPublic: boolean;
  /** The permission that the document says it needs, or null. */
  readonly permission: string | null;
  /** The one media type of its body, or null where it takes none. */
  readonly mediaType: string | null;
  /** The schemas of the body's fields; empty where it takes none. */
  readonly fields: Readonly<Record<string, Json>>;
  /** The names of those that a body must have. */
  readonly required: readonly string[];
  /** The schema of the response by status; null for one without a body. */
  readonly answers: ReadonlyMap<number, Json | null>;
}

/** Every operation of the document that a running app serves, and the document's named schemas. */
export async function readOperations(
  app: TestApp,
): Promise<{ operations: Operation[]; schemas: Json }> {
  const { json } = await app.call("GET", "/openapi.json");
  return operationsOf(json);
}

/** The same of a document. */
export function operationsOf(document: unknown): { operations: Operation[]; schemas: Json } {
  const { paths, components } = asJson(document);
  const operations = Object.entries(asJson(paths)).flatMap(([path, methods]) =>
    Object.entries(asJson(methods)).map(([method, operation]) =>
      operationOf(path, method, operation),
    ),
  );
  return { operations, schemas: asJson(asJson(components)["schemas"]) };
}

/** A call with this body in the one form that the operation takes; null where the form cannot say it. */
export function callWith(operation: Operation, body: Readonly<Record<string, unknown>>): Call {
  if (operation.mediaType === "application/json") return { json: body };
  const texts = Object.entries(body).map(([name, value]) => [
    name,
    typeof value === "string" ? value : JSON.stringify(value),
  ]);
  return { form: Object.fromEntries(texts) };
}

/** The fields of an operation's body that are texts, with their schemas. */
export function textFields({ fields }: Operation): [string, Json][] {
  return Object.entries(fields).filter(([, { type }]) => type === "string");
}

/** A body that the document's own examples fill; a text that has none is `text`, and what is no text is left out. */
export function exampleBody(operation: Operation): Record<string, string> {
  return Object.fromEntries(
    textFields(operation)
      // A client authenticates in one way.
      .filter(([name]) => !name.startsWith("client_assertion"))
      .map(([name, { example }]) => [name, typeof example === "string" ? example : "text"]),
  );
}

function operationOf(path: string, method: string, described: unknown): Operation {
  const operation = asJson(described);
  const content = asJson(asJson(operation["requestBody"])["content"]);
  const [mediaType = null] = Object.keys(content);
  const schema = mediaType === null ? {} : asJson(asJson(content[mediaType])["schema"]);
  const answers = Object.entries(asJson(operation["responses"])).map(
    ([status, answer]) => [Number(status), answerSchema(asJson(answer))] as const,
  );
  const security = operation["security"];
  const parameters = Object.values(asJson(operation["parameters"])).map(asJson);
  const numbers = new Set(
    parameters
      .filter(({ schema: taken }) => asJson(taken)["type"] === "integer")
      .map(({ name }) => name),
  );
  return {
    method: method.toUpperCase(),
    path,
    numberedPath: path.replaceAll(/\{(\w+)\}/g, (place, name) => (numbers.has(name) ? "1" : place)),
    parameters: parameters.map((parameter) => ({
      name: String(parameter["name"]),
      in: String(parameter["in"]),
      schema: asJson(parameter["schema"]),
    })),
    isPublic:
      Array.isArray(security) &&
      (security.length === 0 || security.some((one) => Object.keys(one).length === 0)),
    permission: typeof operation["x-permission"] === "string" ? operation["x-permission"] : null,
    mediaType,
    fields: Object.fromEntries(
      Object.entries(asJson(schema["properties"])).map(([name, field]) => [name, asJson(field)]),
    ),
    required: Array.isArray(schema["required"]) ? schema["required"].map(String) : [],
    answers: new Map(answers),
  };
}

function answerSchema(answer: Json): Json | null {
  const [media] = Object.values(asJson(answer["content"]));
  return media === undefined ? null : asJson(asJson(media)["schema"]);
}

function asJson(value: unknown): Json {
  return { ...Object(value) };
}
