import { objectAt, objectsAt, type Json, type JsonObject } from "./json.ts";

/**
 * The example of a schema: the first of its `examples`, else an object of its members' examples. Undefined where it has none.
 * A schema whose optional members exclude each other has `examples` of its own.
 */
export function exampleOf(schema: JsonObject): Json | undefined {
  const { examples } = schema;
  if (Array.isArray(examples)) return examples[0];
  if ("const" in schema) return schema["const"];
  const variants = objectsAt(schema, "anyOf");
  if (variants.length > 0) return variants.map(exampleOf).find((each) => each !== undefined);
  if (schema["type"] !== "object") return undefined;
  const properties = objectAt(schema, "properties");
  const members = Object.keys(properties).flatMap((name) => {
    const example = exampleOf(objectAt(properties, name));
    return example === undefined ? [] : [[name, example] as const];
  });
  return members.length === 0 ? undefined : Object.fromEntries(members);
}
