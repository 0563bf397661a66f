import {
  isJsonObject,
  objectAt,
  objectsAt,
  present,
  sortedByKey,
  type Json,
  type JsonObject,
} from "./json.ts";
import { describeFormat } from "./private-formats.ts";

/** Turns TypeBox schemas, which are JSON Schema, into those of OpenAPI 3.0.3, and keeps the named ones. */
export interface SchemaBook {
  /** The schema in terms of OpenAPI. A schema with an `$id`, at any depth, is kept under that name and referenced. */
  describe(schema: Json): JsonObject;
  /** A reference to a schema that is in terms of OpenAPI already, kept under this name. */
  keep(name: string, described: JsonObject): JsonObject;
  /** Every schema that had an `$id`, by name. */
  named(): JsonObject;
}

/** The keywords that mean the same in both. */
const sharedKeywords = new Set(
  "type description default pattern minLength maxLength minimum maximum minItems maxItems enum".split(
    " ",
  ),
);
const types = new Set<Json | undefined>([
  "string",
  "number",
  "integer",
  "boolean",
  "object",
  "array",
]);
const largestInt32 = 2 ** 31 - 1;

/** An empty book. Describing throws for what OpenAPI 3.0.3 cannot say, and when two different schemas have one `$id`. */
export function createSchemaBook(): SchemaBook {
  const sources = new Map<string, string>();
  const schemas = new Map<string, JsonObject>();

  function describe(schema: Json): JsonObject {
    if (!isJsonObject(schema)) return {};
    const { $id, ...anonymous } = schema;
    if (typeof $id === "string") return name($id, opened(anonymous));
    return Array.isArray(schema["anyOf"]) ? describeUnion(schema) : describePlain(schema);
  }

  function name(id: string, schema: JsonObject): JsonObject {
    const source = JSON.stringify(schema);
    const known = sources.get(id);
    if (known !== undefined && known !== source)
      throw new Error(`Two different schemas are named "${id}".`);
    if (known === undefined) {
      sources.set(id, source);
      schemas.set(id, describe(schema));
    }
    return { $ref: `#/components/schemas/${id}` };
  }

  function keep(id: string, described: JsonObject): JsonObject {
    schemas.set(id, described);
    return { $ref: `#/components/schemas/${id}` };
  }

  function describePlain(schema: JsonObject): JsonObject {
    const { type, format, examples, properties, items } = schema;
    if (type !== undefined && !types.has(type))
      throw new Error(`OpenAPI cannot describe the type ${JSON.stringify(type)}.`);
    const shared = Object.entries(schema).filter(
      ([keyword]) => sharedKeywords.has(keyword) || keyword.startsWith("x-go-"),
    );
    return {
      ...Object.fromEntries(shared),
      ...("const" in schema ? { enum: [schema["const"] ?? null] } : {}),
      ...(typeof format === "string" && type === "string" ? describeFormat(format) : {}),
      ...(type === "integer" ? { format: integerFormat(schema) } : {}),
      ...present({
        // Members that a handler requires after another check, which the schema leaves optional.
        required: schema["x-required"] ?? schema["required"],
        example: Array.isArray(examples) ? examples[0] : undefined,
        properties: isJsonObject(properties) ? describeEach(properties) : undefined,
        additionalProperties: describeAdditional(schema),
        items: isJsonObject(items) ? describe(items) : undefined,
      }),
    };
  }

  function describeEach(properties: JsonObject): JsonObject {
    return Object.fromEntries(
      Object.entries(properties).map(([key, value]) => [key, describe(value)]),
    );
  }

  /** A record of TypeBox has `patternProperties`, which OpenAPI 3.0 lacks. */
  function describeAdditional(schema: JsonObject): Json | undefined {
    const [values] = Object.values(objectAt(schema, "patternProperties"));
    const additional = values ?? schema["additionalProperties"];
    return isJsonObject(additional) ? describe(additional) : additional;
  }

  /** OpenAPI 3.0 has no null type, and an `enum` in the place of constants. */
  function describeUnion(schema: JsonObject): JsonObject {
    const { anyOf: _, ...common } = schema;
    const all = objectsAt(schema, "anyOf");
    const variants = withoutCoercion(all.filter(({ type }) => type !== "null"));
    const isNullable = variants.length < all.length && all.some(({ type }) => type === "null");
    const [only, ...others] = variants;
    if (only === undefined) throw new Error("OpenAPI cannot describe a value that is always null.");
    if (variants.every((variant) => "const" in variant)) {
      const values = variants.map((variant) => variant["const"] ?? null);
      const { type = "string" } = only;
      return nullable(describePlain({ ...common, type, enum: values }), isNullable);
    }
    if (others.length > 0)
      return nullable({ ...describePlain(common), anyOf: variants.map(describe) }, isNullable);
    // Beside `$ref` OpenAPI ignores every other keyword.
    return "$id" in only
      ? nullable({ ...describePlain(common), allOf: [describe(only)] }, isNullable)
      : nullable(describe({ ...only, ...common }), isNullable);
  }

  return { describe, keep, named: () => sortedByKey(Object.fromEntries(schemas)) };
}

/**
 * An object schema that does not forbid further members. At its first use in a request Elysia writes that prohibition into
 * a schema, so that it states nothing, and would make the document depend on the requests before it.
 */
export function opened(schema: JsonObject): JsonObject {
  const { additionalProperties, ...others } = schema;
  return additionalProperties === false ? others : schema;
}

/** An integer of a query or path is also accepted as the string that it is sent as: clients need not see that variant. */
function withoutCoercion(variants: JsonObject[]): JsonObject[] {
  return variants.filter(({ type, format }) => !(type === "string" && format === "integer"));
}

/** Code generators choose a type by it, and some make a client that does not compile without. */
function integerFormat({ maximum }: JsonObject): string {
  return typeof maximum === "number" && maximum <= largestInt32 ? "int32" : "int64";
}

function nullable(schema: JsonObject, isNullable: boolean): JsonObject {
  if (!isNullable) return schema;
  const values = schema["enum"];
  return {
    ...schema,
    nullable: true,
    ...(Array.isArray(values) ? { enum: [...values, null] } : {}),
  };
}
