import type { Json } from "./operations.ts";

const annotations = new Set(["description", "example", "title", "default", "deprecated"]);

const formats: Readonly<Record<string, RegExp>> = {
  uuid: /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/,
  "date-time": /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/,
  email: /^[^\s@]+@[^\s@]+$/,
  uri: /^https?:\/\/\S+$/,
  int32: /^-?\d{1,10}$/,
  int64: /^-?\d{1,19}$/,
};

/**
 * What in a value is not as a schema of an OpenAPI 3.0 document says, one sentence each. Stricter than the specification: a
 * member that the schema does not name is a fault, for responses are allow-lists. Throws for a keyword that it does not know.
 */
export function schemaFaults(schema: Json, value: unknown, named: Json, at = "$"): string[] {
  const reference = schema["$ref"];
  if (typeof reference === "string") {
    const target = named[reference.replace("#/components/schemas/", "")];
    return schemaFaults(Object(target), value, named, at);
  }
  if (value === null && schema["nullable"] === true) return [];
  if (Array.isArray(schema["allOf"]))
    return schemaFaults(mergedAllOf(schema, named), value, named, at);
  return Object.entries(schema).flatMap(([keyword, argument]) =>
    annotations.has(keyword) || keyword === "nullable" || keyword.startsWith("x-")
      ? []
      : faultsOf(keyword, argument, value, { schema, named, at }),
  );
}

/** One schema with the members of all: each of them alone names only some, and would make a fault of the others. */
function mergedAllOf({ allOf, ...schema }: Json, named: Json): Json {
  const parts: Json[] = Array.isArray(allOf) ? allOf : [];
  return parts.map((part) => resolved(part, named)).reduce(merged, schema);
}

function resolved(schema: Json, named: Json): Json {
  const target = String(schema["$ref"]).replace("#/components/schemas/", "");
  const found: Json = "$ref" in schema ? Object(named[target]) : schema;
  return "allOf" in found ? mergedAllOf(found, named) : found;
}

function merged(one: Json, other: Json): Json {
  const properties: Json = { ...Object(one["properties"]), ...Object(other["properties"]) };
  const required = [one["required"], other["required"]].flatMap((names) => names ?? []);
  return {
    ...one,
    ...other,
    ...(Object.keys(properties).length > 0 ? { properties } : {}),
    ...(required.length > 0 ? { required } : {}),
  };
}

interface Place {
  readonly schema: Json;
  readonly named: Json;
  readonly at: string;
}

function faultsOf(keyword: string, argument: unknown, value: unknown, place: Place): string[] {
  const { at } = place;
  const unless = (holds: boolean): string[] => (holds ? [] : [`${at}: ${keyword}`]);
  switch (keyword) {
    case "type":
      return unless(isOfType(value, argument));
    case "enum":
      return unless(Array.isArray(argument) && argument.includes(value));
    case "format":
      return unless(formats[String(argument)]?.test(String(value)) ?? false);
    case "pattern":
      return unless(new RegExp(String(argument), "u").test(String(value)));
    case "minLength":
      return unless(String(value).length >= Number(argument));
    case "maxLength":
      return unless(String(value).length <= Number(argument));
    case "minItems":
      return unless(Array.isArray(value) && value.length >= Number(argument));
    case "maxItems":
      return unless(Array.isArray(value) && value.length <= Number(argument));
    case "minimum":
      return unless(Number(value) >= Number(argument));
    case "required":
      return unless(
        Array.isArray(argument) && argument.every((name) => Object.hasOwn(Object(value), name)),
      );
    case "anyOf":
      return unless(
        Array.isArray(argument) &&
          argument.some((one) => schemaFaults(one, value, place.named, at).length === 0),
      );
    case "items":
      return (Array.isArray(value) ? value : []).flatMap((item, index) =>
        schemaFaults(Object(argument), item, place.named, `${at}[${index}]`),
      );
    case "properties":
      return memberFaults(Object(argument), value, place);
    case "additionalProperties":
      return [];
    default:
      throw new Error(`${at}: the keyword ${keyword} is not known here`);
  }
}

function memberFaults(properties: Json, value: unknown, { schema, named, at }: Place): string[] {
  return Object.entries(Object(value)).flatMap(([name, member]) => {
    const property = properties[name];
    if (property !== undefined)
      return schemaFaults(Object(property), member, named, `${at}.${name}`);
    return schema["additionalProperties"] === undefined || schema["additionalProperties"] === false
      ? [`${at}.${name}: not described`]
      : [];
  });
}

function isOfType(value: unknown, type: unknown): boolean {
  switch (type) {
    case "object":
      return typeof value === "object" && value !== null && !Array.isArray(value);
    case "array":
      return Array.isArray(value);
    case "integer":
      return Number.isInteger(value);
    default:
      return typeof value === type;
  }
}
