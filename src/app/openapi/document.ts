import type { DocumentedRoute } from "../../platform/http/documented-route.ts";
import { objectAt, sortedByKey, type Json, type JsonObject } from "./json.ts";
import { describeOperation } from "./operation.ts";
import { gatherRoutes } from "./gather-routes.ts";
import { createSchemaBook } from "./schema.ts";

/** An OpenAPI 3.0.3 document. */
export type OpenApiDocument = {
  openapi: "3.0.3";
  info: { title: string; version: string; description: string };
  servers: { url: string }[];
  tags: { name: string; description?: string }[];
  paths: JsonObject;
  components: { schemas: JsonObject; securitySchemes: JsonObject };
};

/** What a document contains besides its routes. */
export interface OpenApiOptions {
  readonly publicUrl: string;
  readonly serviceName: string;
  readonly version: string;
  /** Descriptions by tag. */
  readonly tagDescriptions?: Readonly<Record<string, string>>;
  /** Whether the OAuth 2.0 password flow is offered. */
  readonly passwordGrantEnabled: boolean;
  /** The name of the browser session cookie, where an operation takes it. */
  readonly sessionCookieName?: string;
}

const apiDescription = `A success response is \`{"success": true, "data": …, "timestamp": …}\`, an error response is \`{"success": false, "error": {"code", "message", "details"}, "timestamp": …}\` (\`ApiError\`). Responses under \`/oauth/\` and \`/.well-known/\` follow their RFCs instead. Timestamps are RFC 3339 in UTC. Every response has the header \`X-Request-Id\`. The extension \`x-permission\` names the permission that an operation requires.`;

/**
 * The OpenAPI document of routes. Throws when they contradict each other: one `operationId` twice, or one schema `$id` for
 * two schemas.
 */
export async function openApiDocument(
  routes: readonly DocumentedRoute[],
  options: OpenApiOptions,
): Promise<OpenApiDocument> {
  const { passwordGrantEnabled } = options;
  const schemas = createSchemaBook();
  const operations = (await gatherRoutes(routes)).map((gathered) => ({
    path: gathered.path,
    method: gathered.method,
    operation: describeOperation(gathered, { schemas, passwordGrantEnabled }),
  }));
  assertUniqueOperationIds(operations.map(({ operation }) => operation));
  const paths: JsonObject = {};
  for (const { path, method, operation } of operations.toSorted(byMethod)) {
    paths[path] = { ...objectAt(paths, path), [method]: operation };
  }
  const named = schemas.named();
  return {
    openapi: "3.0.3",
    info: { title: options.serviceName, version: options.version, description: apiDescription },
    servers: [{ url: options.publicUrl }],
    tags: tagsOf(operations.map(({ operation }) => operation)).map((name) => {
      const description = options.tagDescriptions?.[name];
      return description === undefined ? { name } : { name, description };
    }),
    paths: sortedByKey(paths),
    components: { schemas: named, securitySchemes: securitySchemes(options) },
  };
}

const methodOrder = ["get", "post", "put", "patch", "delete"];

/** Reading before writing, as readers of the document expect. */
function byMethod(one: { readonly method: string }, other: { readonly method: string }): number {
  return methodOrder.indexOf(one.method) - methodOrder.indexOf(other.method);
}

function securitySchemes({ passwordGrantEnabled, sessionCookieName }: OpenApiOptions): JsonObject {
  const bearer = {
    type: "http",
    scheme: "bearer",
    bearerFormat: "JWT",
    description: "The `access_token` of a sign-in.",
  };
  const client = {
    type: "http",
    scheme: "basic",
    description: "The id and secret of a client, for services.",
  };
  const cookie = { type: "apiKey", in: "cookie", name: sessionCookieName ?? "" };
  const others = { client, ...(cookie.name === "" ? {} : { browser_session: cookie }) };
  if (!passwordGrantEnabled) return { bearer, ...others };
  const flow = { tokenUrl: "/oauth/token", refreshUrl: "/oauth/token", scopes: {} };
  const description =
    "Sign in with an e-mail address or a username, and a password. No client id is needed.";
  return {
    bearer,
    password: { type: "oauth2", description, flows: { password: flow } },
    ...others,
  };
}

function tagsOf(operations: readonly JsonObject[]): string[] {
  const names = operations.flatMap(({ tags }) => (Array.isArray(tags) ? tags : []));
  return [...new Set(names.filter((name) => typeof name === "string"))].toSorted();
}

function assertUniqueOperationIds(operations: readonly JsonObject[]): void {
  const seen = new Set<Json>();
  for (const { operationId = null } of operations) {
    if (seen.has(operationId))
      throw new Error(`Two operations have the id ${JSON.stringify(operationId)}.`);
    seen.add(operationId);
  }
}
