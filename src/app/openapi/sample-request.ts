import { isJsonObject, objectAt, objectsAt, type Json, type JsonObject } from "./json.ts";

/** The request of an operation's examples. */
export interface SampleRequest {
  readonly method: string;
  readonly url: string;
  /** The credentials that it needs, from the environment of the sample. */
  readonly credentials: "accessToken" | "client" | null;
  readonly body:
    | { readonly kind: "json"; readonly value: Json }
    | { readonly kind: "form"; readonly fields: Readonly<Record<string, string>> }
    | null;
}

/** Makes the request of an operation object: path parameters and the body have the values of the examples. */
export function sampleRequest(described: {
  readonly publicUrl: string;
  readonly path: string;
  readonly method: string;
  readonly operation: JsonObject;
}): SampleRequest {
  const { publicUrl, path, method, operation } = described;
  const examples = new Map(
    objectsAt(operation, "parameters").map(({ name, example }) => [name, example]),
  );
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(textOf(examples.get(name) ?? name)),
  );
  return {
    method: method.toUpperCase(),
    url: publicUrl + filled,
    credentials: credentialsOf(operation),
    body: bodyOf(objectAt(objectAt(operation, "requestBody"), "content")),
  };
}

function textOf(value: Json): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** The first way to authenticate; none where the operation needs none. */
function credentialsOf(operation: JsonObject): SampleRequest["credentials"] {
  const [first = {}] = objectsAt(operation, "security");
  if ("client" in first) return "client";
  return "password" in first || "bearer" in first ? "accessToken" : null;
}

function bodyOf(content: JsonObject): SampleRequest["body"] {
  const [mediaType] = Object.keys(content);
  if (mediaType === undefined) return null;
  const { example = {} } = objectAt(content, mediaType);
  if (mediaType === "application/json") return { kind: "json", value: example };
  const fields = isJsonObject(example) ? Object.entries(example) : [];
  return {
    kind: "form",
    fields: Object.fromEntries(fields.map(([name, value]) => [name, textOf(value)])),
  };
}
