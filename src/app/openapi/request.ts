import { bodilessTypes, gatheredContent, jsonMediaType, saidMediaType } from "./content.ts";
import { isJsonObject, objectAt, objectsAt, present, type Json, type JsonObject } from "./json.ts";
import type { SchemaBook } from "./schema.ts";

const formMediaType = "application/x-www-form-urlencoded";
const mediaTypeByParser: Readonly<Record<string, string>> = {
  json: jsonMediaType,
  urlencoded: formMediaType,
  formdata: "multipart/form-data",
  text: "text/plain",
  arrayBuffer: "application/octet-stream",
};

// OpenAPI describes these by security schemes and media types, and ignores them as parameters.
const ignoredHeaders = new Set<Json | undefined>(["authorization", "accept", "content-type"]);

/** The parameter objects of an operation. */
export function describeParameters(raw: JsonObject, schemas: SchemaBook): JsonObject[] {
  return objectsAt(raw, "parameters")
    .filter(
      (parameter) =>
        !(parameter["in"] === "header" && ignoredHeaders.has(lowerCase(parameter["name"]))),
    )
    .map((parameter) => {
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
export function describeRequestBody(raw: JsonObject, schemas: SchemaBook): JsonObject | null {
  const content = objectAt(objectAt(raw, "requestBody"), "content");
  const gathered = gatheredContent(content);
  if (gathered === null) return null;
  const { schema, isOptional } = gathered;
  const optional =
    isOptional ||
    (isJsonObject(schema) &&
      objectsAt(schema, "anyOf").some(({ type }) => bodilessTypes.has(type)));
  return {
    required: !optional,
    content: {
      [requestMediaType(schema, Object.keys(content))]: {
        schema: schemas.describe(closed(schema)),
      },
    },
  };
}

/** A body with its further members forbidden, as Elysia has it unless the route says otherwise. */
function closed(schema: Json): Json {
  const isOpen =
    isJsonObject(schema) && schema["type"] === "object" && !("additionalProperties" in schema);
  return isOpen ? { ...schema, additionalProperties: false } : schema;
}

/** What the schema says, else what the route parses, else JSON: the plugin offers three types where no one asked. */
function requestMediaType(schema: Json, parsers: readonly string[]): string {
  const said = saidMediaType(schema);
  if (said !== null) return said;
  const parsed = parsers.map((parser) => mediaTypeByParser[parser] ?? parser);
  if (parsed.includes(formMediaType)) return formMediaType;
  return parsed.includes(jsonMediaType) ? jsonMediaType : (parsed[0] ?? jsonMediaType);
}

function lowerCase(value: Json | undefined): Json | undefined {
  return typeof value === "string" ? value.toLowerCase() : value;
}
