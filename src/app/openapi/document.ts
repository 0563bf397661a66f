import type { DocumentedRoute } from "../../platform/http/documented-route.ts";
import { createErrorExamples } from "./error-examples.ts";
import { gatherRoutes } from "./gather-routes.ts";
import { describeInfo, type InfoOptions } from "./info.ts";
import { objectAt, type Json, type JsonObject } from "./json.ts";
import { describeOperation } from "./operation.ts";
import { createSchemaBook } from "./schema.ts";
import { type SecurityOptions, securitySchemes } from "./security-schemes.ts";
import { rankOfTag, type Tag } from "./tags.ts";

/** An OpenAPI 3.0.3 document. */
export type OpenApiDocument = {
  openapi: "3.0.3";
  info: JsonObject;
  servers: { url: string }[];
  tags: Tag[];
  paths: JsonObject;
  components: { schemas: JsonObject; examples: JsonObject; securitySchemes: JsonObject };
};

/** What a document contains besides its routes. */
export interface OpenApiOptions extends InfoOptions, SecurityOptions {
  /** In the order of the document. Tags in use that are not listed come after them, with an empty description. */
  readonly tags: readonly Tag[];
}

/**
 * The OpenAPI document of routes: paths in the order of their tags, and within a tag in that of the routes. Throws when routes
 * contradict each other: one `operationId` twice, or one schema `$id` for two schemas.
 */
export async function openApiDocument(
  routes: readonly DocumentedRoute[],
  options: OpenApiOptions,
): Promise<OpenApiDocument> {
  const { publicUrl, passwordGrantEnabled } = options;
  const schemas = createSchemaBook();
  const examples = createErrorExamples();
  const context = { schemas, examples, publicUrl, passwordGrantEnabled };
  const operations = (await gatherRoutes(routes)).map((gathered) => ({
    path: gathered.path,
    method: gathered.method,
    operation: describeOperation(gathered, context),
  }));
  assertUniqueOperationIds(operations.map(({ operation }) => operation));
  const rankOf = ({ operation }: { operation: JsonObject }) => {
    const [name = ""] = tagsOf([operation]);
    return rankOfTag(options.tags, name);
  };
  const ordered = operations.toSorted((one, other) => rankOf(one) - rankOf(other));
  const paths: JsonObject = Object.fromEntries(ordered.map(({ path }) => [path, {}]));
  for (const { path, method, operation } of operations.toSorted(byMethod)) {
    paths[path] = { ...objectAt(paths, path), [method]: operation };
  }
  return {
    openapi: "3.0.3",
    info: describeInfo(options),
    servers: [{ url: publicUrl }],
    tags: describeTags(
      options.tags,
      operations.map(({ operation }) => operation),
    ),
    paths,
    components: {
      schemas: schemas.named(),
      examples: examples.named(),
      securitySchemes: securitySchemes(options),
    },
  };
}

const methodOrder = ["get", "post", "put", "patch", "delete"];

/** Reading before writing, as readers of the document expect. */
function byMethod(one: { readonly method: string }, other: { readonly method: string }): number {
  return methodOrder.indexOf(one.method) - methodOrder.indexOf(other.method);
}

function describeTags(tags: readonly Tag[], operations: readonly JsonObject[]): Tag[] {
  const used = tagsOf(operations);
  const unlisted = used.filter((name) => rankOfTag(tags, name) === tags.length);
  return [
    ...tags.filter(({ name }) => used.includes(name)),
    ...unlisted.map((name) => ({ name, description: "" })),
  ];
}

function tagsOf(operations: readonly JsonObject[]): string[] {
  const names = operations.flatMap(({ tags }) => (Array.isArray(tags) ? tags : []));
  return [...new Set(names.filter((name) => typeof name === "string"))];
}

function assertUniqueOperationIds(operations: readonly JsonObject[]): void {
  const seen = new Set<Json>();
  for (const { operationId = null } of operations) {
    if (seen.has(operationId))
      throw new Error(`Two operations have the id ${JSON.stringify(operationId)}.`);
    seen.add(operationId);
  }
}
