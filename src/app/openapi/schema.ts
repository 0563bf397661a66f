import {
  isJsonObject,
  objectAt,
  objectsAt,
  sortedByKey,
  type Json,
  type JsonObject,
} from "./json.ts";

/** Turns TypeBox schemas into those of OpenAPI 3.0.3, and keeps the named ones. */
export interface SchemaBook {
  /** The schema in OpenAPI's words; a schema with an `$id`, at any depth, is kept under it and referenced. */
  describe(schema: Json): JsonObject;
  /** Every schema that had an `$id`, by name. */
  named(): JsonObject;
}

const keptKeywords = new Set(
  "title description default format pattern minLength maxLength minimum maximum multipleOf minItems maxItems uniqueItems minProperties maxProperties enum deprecated readOnly writeOnly example".split(
    " ",
  ),
);
const plainTypes = new Set(["string", "number", "integer", "boolean", "object", "array"]);
const foreignTypes: Readonly<Record<string, JsonObject>> = {
  Date: { type: "string", format: "date-time" },
  Uint8Array: { type: "string", format: "binary" },
  bigint: { type: "integer", format: "int64" },
  null: { type: "string", nullable: true, enum: [null] },
};
const absentTypes = new Set<Json | undefined>(["undefined", "void"]);

// Elysia lets a query's numbers, booleans and structures come as text: no caller needs to see that alternative.
const coercedTextFormats = new Set<Json | undefined>([
  "numeric",
  "integer",
  "boolean",
  "ObjectString",
  "ArrayString",
]);

/** An empty book. Describing throws when two different schemas have one `$id`. */
export function createSchemaBook(): SchemaBook {
  const sources = new Map<string, string>();
  const schemas = new Map<string, JsonObject>();

  function describe(schema: Json): JsonObject {
    if (!isJsonObject(schema)) return {};
    const { $id, ...anonymous } = schema;
    if (typeof $id === "string") return name($id, opened(anonymous));
    if (typeof schema["$ref"] === "string") return reference(schema["$ref"]);
    return Array.isArray(schema["anyOf"]) ? describeUnion(schema) : describePlain(schema);
  }

  function name(id: string, schema: JsonObject): JsonObject {
    if (!/^[\w.-]+$/.test(id)) throw new Error(`"${id}" cannot name a schema.`);
    const source = JSON.stringify(schema);
    const known = sources.get(id);
    if (known !== undefined && known !== source)
      throw new Error(`Two different schemas are named "${id}".`);
    if (known === undefined) {
      sources.set(id, source);
      schemas.set(id, describe(schema));
    }
    return reference(id);
  }

  function describePlain(schema: JsonObject): JsonObject {
    const described: JsonObject = { ...describeType(schema) };
    for (const [keyword, value] of Object.entries(schema)) {
      if (keptKeywords.has(keyword) || keyword.startsWith("x-")) described[keyword] = value;
    }
    const [example] = Array.isArray(schema["examples"]) ? schema["examples"] : [];
    if (example !== undefined) described["example"] = example;
    if (Array.isArray(schema["required"]) && schema["required"].length > 0)
      described["required"] = schema["required"];
    if (schema["nullable"] === true && "type" in described) described["nullable"] = true;
    for (const [bound, exclusive] of [
      ["minimum", "exclusiveMinimum"],
      ["maximum", "exclusiveMaximum"],
    ] as const) {
      const value = schema[exclusive];
      if (typeof value === "number")
        Object.assign(described, { [bound]: value, [exclusive]: true });
    }
    return Object.assign(described, describeParts(schema));
  }

  function describeParts(schema: JsonObject): JsonObject {
    const parts: JsonObject = {};
    if (isJsonObject(schema["properties"]))
      parts["properties"] = describeEach(schema["properties"]);
    const additional = describeAdditional(schema);
    if (additional !== undefined) parts["additionalProperties"] = additional;
    if (schema["type"] === "array") parts["items"] = describeItems(schema["items"]);
    for (const keyword of ["allOf", "oneOf"]) {
      if (Array.isArray(schema[keyword])) parts[keyword] = objectsAt(schema, keyword).map(describe);
    }
    if (isJsonObject(schema["not"])) parts["not"] = describe(schema["not"]);
    return parts;
  }

  function describeEach(properties: JsonObject): JsonObject {
    return Object.fromEntries(
      Object.entries(properties).map(([key, value]) => [key, describe(value)]),
    );
  }

  /** OpenAPI 3.0 has no `patternProperties`: what any of them allows is allowed under every name. */
  function describeAdditional(schema: JsonObject): Json | undefined {
    const [only, ...others] = Object.values(objectAt(schema, "patternProperties")).map(describe);
    if (only !== undefined) return others.length === 0 ? only : { anyOf: [only, ...others] };
    const additional = schema["additionalProperties"];
    return isJsonObject(additional) ? describe(additional) : additional;
  }

  /** OpenAPI 3.0 has no tuples: each place may hold what any of them may. */
  function describeItems(items: Json | undefined): JsonObject {
    return Array.isArray(items) ? { anyOf: items.map(describe) } : describe(items ?? {});
  }

  function describeUnion(schema: JsonObject): JsonObject {
    const { anyOf: _variants, nullable: _nullable, ...common } = schema;
    const variants = objectsAt(schema, "anyOf").filter(({ type }) => !absentTypes.has(type));
    const valued = valuedVariants(variants);
    const allowsNull = variants.some(({ type }) => type === "null");
    const [only, ...others] = valued;
    if (only === undefined) return describePlain({ ...common, type: "null" });
    const literals = literalsOf(valued);
    if (others.length > 0 && literals !== null)
      return withNull(describePlain({ ...common, ...literals }), allowsNull);
    if (others.length === 0 && !("$id" in only) && !("$ref" in only)) {
      return withNull(describe({ ...common, ...only }), allowsNull);
    }
    const alternatives = [...valued, ...(allowsNull ? [{ type: "null" }] : [])].map(describe);
    const described = describePlain(common);
    const [single, ...more] = alternatives;
    if (single === undefined || more.length > 0) return { ...described, anyOf: alternatives };
    return Object.keys(described).length === 0 ? single : { ...described, allOf: [single] };
  }

  return { describe, named: () => sortedByKey(Object.fromEntries(schemas)) };
}

/**
 * An object schema that does not forbid further members. At its first use in a request Elysia writes that prohibition
 * into a schema, whatever the route said, so that it says nothing and would make the document depend on the traffic.
 */
export function opened(schema: JsonObject): JsonObject {
  const { additionalProperties, ...others } = schema;
  return additionalProperties === false ? others : schema;
}

function reference(target: string): JsonObject {
  return { $ref: target.startsWith("#") ? target : `#/components/schemas/${target}` };
}

function describeType(schema: JsonObject): JsonObject {
  const { type } = schema;
  if ("const" in schema) return { type: typeof schema["const"], enum: [schema["const"] ?? null] };
  if (type === undefined) return {};
  if (typeof type === "string" && plainTypes.has(type)) return { type };
  const foreign = typeof type === "string" ? foreignTypes[type] : undefined;
  if (foreign === undefined)
    throw new Error(`OpenAPI cannot describe the type ${JSON.stringify(type)}.`);
  return foreign;
}

/** The variants that a caller has to know: no null, of Elysia's dates only the text, of its coercions only the value. */
function valuedVariants(variants: JsonObject[]): JsonObject[] {
  const valued = variants.filter(({ type }) => type !== "null");
  if (valued.some(({ type }) => type === "Date")) return [{ type: "Date" }];
  const uncoerced = valued.filter(
    ({ type, format }) => !(type === "string" && coercedTextFormats.has(format)),
  );
  return uncoerced.length > 0 ? uncoerced : valued;
}

/** The type and values of variants that are all constants of one type, or null. */
function literalsOf(variants: JsonObject[]): JsonObject | null {
  const values = variants.map((variant) => variant["const"]);
  const types = new Set(values.map((value) => typeof value));
  const [type] = types;
  if (types.size !== 1 || (type !== "string" && type !== "number" && type !== "boolean"))
    return null;
  return { type, enum: values.filter((value) => value !== undefined) };
}

function withNull(schema: JsonObject, allowsNull: boolean): JsonObject {
  if (!allowsNull) return schema;
  if (!("type" in schema)) return { anyOf: [schema, { ...foreignTypes["null"] }] };
  const values = schema["enum"];
  return {
    ...schema,
    nullable: true,
    ...(Array.isArray(values) ? { enum: [...values, null] } : {}),
  };
}
