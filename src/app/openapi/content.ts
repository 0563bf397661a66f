import { isJsonObject, objectAt, type Json, type JsonObject } from "./json.ts";

/** The media type of bodies that say no other. */
export const jsonMediaType = "application/json";

/** The types of schemas that stand for no body. */
export const bodilessTypes = new Set<Json | undefined>(["void", "undefined", "null"]);

/** What a route gave as the schema of a body, and whether the body may be left out. */
export interface GatheredContent {
  readonly schema: Json;
  readonly isOptional: boolean;
}

/** The body in a content object of the plugin, which says the same under each of its media types; null where none is. */
export function gatheredContent(content: JsonObject): GatheredContent | null {
  const [media] = Object.values(content);
  if (!isJsonObject(media)) return null;
  const wrapped = objectAt(media, "schema");
  return { schema: wrapped["x-schema"] ?? {}, isOptional: wrapped["x-optional"] === true };
}

/** The media type that a schema names by `contentMediaType`, or null. */
export function saidMediaType(schema: Json): string | null {
  const said = isJsonObject(schema) ? schema["contentMediaType"] : undefined;
  return typeof said === "string" ? said : null;
}
