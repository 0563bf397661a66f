import { isJsonObject, objectAt, sortedByKey, type Json, type JsonObject } from "./json.ts";
import { describeOperation } from "./operation.ts";
import { gatherRoutes, type ServedRoute } from "./gather-routes.ts";
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

/** What a document says besides its routes. */
export interface OpenApiOptions {
  readonly publicUrl: string;
  readonly serviceName: string;
  readonly version: string;
  /** Sentences under a tag's name, by tag. */
  readonly tagDescriptions?: Readonly<Record<string, string>>;
  /** Whether the OAuth 2.0 password flow is offered; default true. */
  readonly passwordGrantEnabled?: boolean;
}

const apiDescription = `Success is \`{"success": true, "data": …, "timestamp": …}\`, failure \`{"success": false, "error": {"code", "message", "details"}, "timestamp": …}\`; operations under \`/oauth/\` and \`/.well-known/\` speak their RFCs instead. Times are RFC 3339 in UTC. Every response carries \`X-Request-Id\`.`;

/**
 * The OpenAPI document of an app's routes; the app is not altered. Routes with `detail.hide` are left out. Throws when
 * routes contradict each other: one `operationId` twice, one schema `$id` for two schemas, a reference to no schema.
 */
export async function openApiDocument(
  routes: readonly ServedRoute[],
  options: OpenApiOptions,
): Promise<OpenApiDocument> {
  const passwordGrantEnabled = options.passwordGrantEnabled ?? true;
  const schemas = createSchemaBook();
  const operations = (await gatherRoutes(routes)).map(({ path, method, raw }) => ({
    path,
    method,
    operation: describeOperation(raw, { schemas, passwordGrantEnabled }),
  }));
  assertUniqueOperationIds(operations.map(({ operation }) => operation));
  const paths: JsonObject = {};
  for (const { path, method, operation } of operations) {
    paths[path] = { ...objectAt(paths, path), [method]: operation };
  }
  const named = schemas.named();
  assertReferencesResolve({ paths, named }, named);
  return {
    openapi: "3.0.3",
    info: { title: options.serviceName, version: options.version, description: apiDescription },
    servers: [{ url: options.publicUrl }],
    tags: tagsOf(operations.map(({ operation }) => operation)).map((name) => {
      const description = options.tagDescriptions?.[name];
      return description === undefined ? { name } : { name, description };
    }),
    paths: sortedByKey(paths),
    components: { schemas: named, securitySchemes: securitySchemes(passwordGrantEnabled) },
  };
}

function securitySchemes(passwordGrantEnabled: boolean): JsonObject {
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
  if (!passwordGrantEnabled) return { bearer, client };
  const flow = { tokenUrl: "/oauth/token", refreshUrl: "/oauth/token", scopes: {} };
  const description =
    "Sign in with an e-mail address or a username, and a password. There is no client to name.";
  return { bearer, password: { type: "oauth2", description, flows: { password: flow } }, client };
}

function tagsOf(operations: readonly JsonObject[]): string[] {
  const names = operations.flatMap(({ tags }) => (Array.isArray(tags) ? tags : []));
  return [...new Set(names.filter((name) => typeof name === "string"))].toSorted();
}

function assertUniqueOperationIds(operations: readonly JsonObject[]): void {
  const seen = new Set<Json>();
  for (const { operationId = null } of operations) {
    if (seen.has(operationId))
      throw new Error(`Two operations are called ${JSON.stringify(operationId)}.`);
    seen.add(operationId);
  }
}

function assertReferencesResolve(value: Json, named: JsonObject): void {
  if (Array.isArray(value)) value.forEach((item) => assertReferencesResolve(item, named));
  if (!isJsonObject(value)) return;
  const { $ref } = value;
  if (
    typeof $ref === "string" &&
    !Object.hasOwn(named, $ref.replace("#/components/schemas/", ""))
  ) {
    throw new Error(`${$ref} is not a known schema: give it an $id where it is defined.`);
  }
  Object.values(value).forEach((item) => assertReferencesResolve(item, named));
}
