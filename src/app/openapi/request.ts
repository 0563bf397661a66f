import { OptionalKind, type TSchema } from "@sinclair/typebox";

import { mediaTypes } from "../../platform/http/read-body.ts";
import type { DocumentedRoute } from "../../platform/http/documented-route.ts";
import { jsonCopy, present, type JsonObject } from "./json.ts";
import type { SchemaBook } from "./schema.ts";

/** The parameter objects of an operation. */
export function describeParameters(
  parameters: readonly JsonObject[],
  schemas: SchemaBook,
): JsonObject[] {
  return parameters.map((parameter) => {
    const [example] = Array.isArray(parameter["examples"]) ? parameter["examples"] : [];
    return present({
      name: parameter["name"],
      in: parameter["in"],
      required: parameter["in"] === "path" || parameter["required"] === true,
      description: parameter["description"],
      example,
      schema: schemas.describe(parameter["schema"] ?? {}),
    });
  });
}

/** The request body object of an operation, or null where it takes none. */
export function describeRequestBody(
  { body, bodyKind }: Pick<DocumentedRoute, "body" | "bodyKind">,
  schemas: SchemaBook,
): JsonObject | null {
  if (body === undefined || bodyKind === undefined) return null;
  return {
    required: !(OptionalKind in body),
    content: { [mediaTypes[bodyKind]]: { schema: schemas.describe(jsonCopy(closed(body))) } },
  };
}

/** A body with further members forbidden, which is Elysia's default; at its first use it writes that into the schema. */
function closed(body: TSchema): TSchema {
  return "additionalProperties" in body ? body : { ...body, additionalProperties: false };
}
