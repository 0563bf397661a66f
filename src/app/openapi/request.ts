import { OptionalKind, type TSchema } from "@sinclair/typebox";

import { mediaTypes } from "../../platform/http/read-body.ts";
import type { DocumentedRoute } from "../../platform/http/documented-route.ts";
import { jsonCopy, objectAt, present, type JsonObject } from "./json.ts";
import { exampleOf } from "./request-example.ts";
import type { SchemaBook } from "./schema.ts";

/** The parameter objects of an operation. */
export function describeParameters(
  parameters: readonly JsonObject[],
  schemas: SchemaBook,
): JsonObject[] {
  return parameters.map((parameter) => {
    const example =
      parameter["example"] ?? exampleOf(parameter) ?? exampleOf(objectAt(parameter, "schema"));
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
  // The example stands beside the schema: Swagger UI and ReDoc prefer it there, and it is the example of this operation.
  const { examples: _, ...described } = jsonCopy(closed(body));
  const copy = bodyKind === "form" ? withoutFurtherFields(described) : described;
  const example = exampleOf(jsonCopy(body)) ?? {};
  return {
    required: !(OptionalKind in body),
    content: {
      [mediaTypes[bodyKind]]: present({ schema: schemas.describe(copy), example }),
    },
  };
}

/** A form may have further fields where the schema does not forbid them; some generators make no client of one that says so. */
function withoutFurtherFields({ additionalProperties, ...schema }: JsonObject): JsonObject {
  return additionalProperties === false ? { ...schema, additionalProperties } : schema;
}

/** A body with further members forbidden, which is Elysia's default; at its first use it writes that into the schema. */
function closed(body: TSchema): TSchema {
  return "additionalProperties" in body ? body : { ...body, additionalProperties: false };
}
