/** Whatever JSON can hold. */
export type Json = null | boolean | number | string | Json[] | JsonObject;

/** A JSON object. */
export type JsonObject = { [key: string]: Json };

/** Whether a value that came out of JSON is an object, not a list or null. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The object that a JSON text holds. Throws where it holds anything else. */
export function parseJsonObject(text: string): JsonObject {
  const value: unknown = JSON.parse(text);
  if (!isJsonObject(value)) throw new TypeError("not a JSON object");
  return value;
}

/** A deep copy of what JSON can hold of an object: symbols, functions and `undefined` stay behind. */
export function jsonCopy(value: object): JsonObject {
  return parseJsonObject(JSON.stringify(value));
}

/** The object under a key; an empty one where there is none. */
export function objectAt(parent: JsonObject, key: string): JsonObject {
  const value = parent[key];
  return isJsonObject(value) ? value : {};
}

/** The objects in the list under a key; none where there is no list. */
export function objectsAt(parent: JsonObject, key: string): JsonObject[] {
  const value = parent[key];
  return Array.isArray(value) ? value.filter(isJsonObject) : [];
}

/** An object whose keys stand in alphabetical order. */
export function sortedByKey(object: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(object).toSorted(([left], [right]) => (left < right ? -1 : 1)),
  );
}

/** The members that are there. */
export function present(members: Record<string, Json | undefined>): JsonObject {
  const result: JsonObject = {};
  for (const [key, value] of Object.entries(members)) {
    if (value !== undefined) result[key] = value;
  }
  return result;
}
