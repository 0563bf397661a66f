import { isJsonObject, present, type Json, type JsonObject } from "./json.ts";
import { describeParameters, describeRequestBody } from "./request.ts";
import { describeResponses } from "./responses.ts";
import type { SchemaBook } from "./schema.ts";

/** What every operation shares. */
export interface OperationContext {
  readonly schemas: SchemaBook;
  /** Whether a signed-in operation may also be reached through the OAuth 2.0 password flow. */
  readonly passwordGrantEnabled: boolean;
}

const copiedMembers = ["operationId", "summary", "description", "tags"];
const describedMembers = new Set([
  "security",
  "parameters",
  "requestBody",
  "responses",
  "x-responses",
  ...copiedMembers,
]);

/** An OpenAPI 3.0.3 operation object out of what the plugin gathered. */
export function describeOperation(raw: JsonObject, context: OperationContext): JsonObject {
  const parameters = describeParameters(raw, context.schemas);
  const requestBody = describeRequestBody(raw, context.schemas);
  return {
    ...present(Object.fromEntries(copiedMembers.map((member) => [member, raw[member]]))),
    security: describeSecurity(raw["security"], context.passwordGrantEnabled),
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(requestBody === null ? {} : { requestBody }),
    responses: describeResponses(raw, context.schemas),
    ...Object.fromEntries(Object.entries(raw).filter(([member]) => !describedMembers.has(member))),
  };
}

/** What the route declares; undeclared means signed in, as the guards have it. A password gets the same bearer token. */
function describeSecurity(declared: Json | undefined, passwordGrantEnabled: boolean): JsonObject[] {
  const alternatives = Array.isArray(declared) ? declared.filter(isJsonObject) : [{ bearer: [] }];
  if (!passwordGrantEnabled) return alternatives;
  return alternatives.flatMap((alternative) => {
    const { bearer, ...others } = alternative;
    return bearer === undefined ? [alternative] : [alternative, { password: [], ...others }];
  });
}
