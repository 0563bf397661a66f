/** Where the collection of requests is. */
export const collectionPath = "examples/postman/gatehouse.postman_collection.json";

interface Parameter {
  readonly in: string;
  readonly name: string;
  readonly example?: unknown;
}

interface Operation {
  readonly summary: string;
  readonly parameters?: readonly Parameter[];
  readonly tags: readonly string[];
  readonly requestBody?: {
    readonly content: Readonly<Record<string, { readonly example?: Record<string, unknown> }>>;
  };
}

/** The part of an OpenAPI document that a collection is made from. */
export interface Described {
  readonly info: { readonly title: string };
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

/** A request of a collection, in the format of Postman (v2.1). */
interface Item {
  readonly name: string;
  readonly request: { readonly method: string; readonly url: { readonly raw: string } };
}

/** A collection with a folder for each tag. */
export interface Collection {
  readonly info: object;
  readonly auth: object;
  readonly variable: readonly object[];
  readonly item: readonly { readonly name: string; readonly item: readonly Item[] }[];
}

const methods = new Set(["get", "post", "put", "patch", "delete"]);

/** Responses with tokens are kept in the variables that later requests use. */
const keepTokens = [
  "const { access_token, refresh_token } = pm.response.json().data ?? pm.response.json();",
  'if (access_token) pm.collectionVariables.set("accessToken", access_token);',
  'if (refresh_token) pm.collectionVariables.set("refreshToken", refresh_token);',
];

/** Makes the collection of all operations of a document. */
export function collectionOf(document: Described): Collection {
  const operations = Object.entries(document.paths).flatMap(([path, byMethod]) =>
    Object.entries(byMethod)
      .filter(([method]) => methods.has(method))
      .map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
  );
  const folders = Map.groupBy(operations, ({ operation }) => operation.tags[0] ?? "other");
  return {
    info: {
      name: "Gatehouse",
      schema: "https://schema.getpostman.com/json/collection/v2.1.0/collection.json",
    },
    auth: { type: "bearer", bearer: [{ key: "token", value: "{{accessToken}}", type: "string" }] },
    variable: [
      { key: "baseUrl", value: "http://localhost:8000" },
      { key: "accessToken", value: "" },
      { key: "refreshToken", value: "" },
    ],
    item: [...folders].map(([name, found]) => ({
      name,
      item: found.map(({ method, path, operation }) => ({
        name: operation.summary,
        request: {
          method,
          url: urlOf(path, operation),
          ...bodyOf(operation),
        },
        ...(method === "POST" && isSignIn(path) ? tokenEvent() : {}),
      })),
    })),
  };
}

/** The method and path of each request, as the document has them. */
export function requestsOf({ item }: Collection): string[] {
  return item.flatMap((folder) =>
    folder.item.map(({ request }) => {
      const path = request.url.raw.replace("{{baseUrl}}", "").replaceAll(/:(\w+)/g, "{$1}");
      return `${request.method} ${path}`;
    }),
  );
}

/** As an object: the tools give the values of a path only to such a URL. */
function urlOf(path: string, { parameters = [] }: Operation) {
  const named = path.replaceAll(/\{(\w+)\}/g, ":$1");
  const variable = parameters
    .filter((parameter) => parameter.in === "path")
    .map(({ name, example }) => ({ key: name, value: String(example) }));
  return {
    raw: `{{baseUrl}}${named}`,
    host: ["{{baseUrl}}"],
    path: named.split("/").slice(1),
    variable,
  };
}

function bodyOf(operation: Operation): object {
  const [[type, content] = []] = Object.entries(operation.requestBody?.content ?? {});
  if (type === undefined || content?.example === undefined) return {};
  if (type === "application/x-www-form-urlencoded") {
    const urlencoded = Object.entries(content.example).map(([key, value]) => ({
      key,
      value: String(value),
    }));
    return { body: { mode: "urlencoded", urlencoded } };
  }
  const example =
    "refresh_token" in content.example
      ? { ...content.example, refresh_token: "{{refreshToken}}" }
      : content.example;
  return {
    header: [{ key: "Content-Type", value: type }],
    body: { mode: "raw", raw: JSON.stringify(example, null, 2) },
  };
}

function isSignIn(path: string): boolean {
  return ["/auth/register", "/auth/login", "/auth/refresh", "/oauth/token"].some((end) =>
    path.endsWith(end),
  );
}

function tokenEvent(): object {
  const script = { type: "text/javascript", exec: keepTokens };
  return { event: [{ listen: "test", script }] };
}
