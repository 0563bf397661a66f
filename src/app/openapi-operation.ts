import { isJsonObject, objectAt, objectsAt, type Json, type JsonObject } from "./openapi-json.ts";
import { opened, type SchemaBook } from "./openapi-schema.ts";

/** What every operation shares. */
export interface OperationContext {
  readonly schemas: SchemaBook;
  /** Whether a signed-in operation may also be reached through the OAuth 2.0 password flow. */
  readonly passwordGrantEnabled: boolean;
}

const formMediaType = "application/x-www-form-urlencoded";
const jsonMediaType = "application/json";
const mediaTypeByParser: Readonly<Record<string, string>> = {
  json: jsonMediaType,
  urlencoded: formMediaType,
  formdata: "multipart/form-data",
  text: "text/plain",
  arrayBuffer: "application/octet-stream",
};

// OpenAPI describes these by security schemes and media types, and ignores them as parameters.
const ignoredHeaders = new Set<Json | undefined>(["authorization", "accept", "content-type"]);

const bodilessTypes = new Set<Json | undefined>(["void", "undefined", "null"]);

const statusDescriptions: Readonly<Record<string, string>> = {
  "200": "Done.",
  "201": "Created.",
  "202": "Accepted: what follows happens later, or not at all, without telling.",
  "204": "Done; no body.",
  "302": "Go on at the address in `Location`.",
  "400": "The request is malformed, or breaks a rule that the error names.",
  "401": "No credentials, or ones that are wrong or expired.",
  "403": "Known, but not allowed.",
  "404": "There is no such thing, or not for this caller.",
  "405": "The path exists, but not with this method.",
  "409": "It contradicts the present state.",
  "413": "The body is too large.",
  "415": "The body is not of the media type that this operation takes.",
  "429": "Too many requests.",
  "500": "An error of the service; its log has more under the request id.",
  "503": "The service is overloaded or lacks something it needs; try again later.",
};

const retryAfter: JsonObject = {
  "Retry-After": {
    description: "Seconds to wait before trying again.",
    schema: { type: "integer", minimum: 0 },
  },
};
const headersByStatus: Readonly<Record<string, JsonObject>> = {
  "302": {
    Location: { description: "Where to go on.", schema: { type: "string", format: "uri" } },
  },
  "401": {
    "WWW-Authenticate": {
      description:
        "How to authenticate; sent where the request carried no usable credentials (RFC 9110 section 11.6.1).",
      schema: { type: "string" },
    },
  },
  "405": {
    Allow: { description: "The methods that this path knows.", schema: { type: "string" } },
  },
  "429": retryAfter,
  "503": retryAfter,
};

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

function describeParameters(raw: JsonObject, schemas: SchemaBook): JsonObject[] {
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

function describeRequestBody(raw: JsonObject, schemas: SchemaBook): JsonObject | null {
  const content = objectAt(objectAt(raw, "requestBody"), "content");
  const wrapped = firstSchema(content);
  if (wrapped === null) return null;
  const schema = wrapped["x-schema"] ?? {};
  const optional =
    wrapped["x-optional"] === true ||
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

function describeResponses(raw: JsonObject, schemas: SchemaBook): JsonObject {
  const responses = objectAt(raw, "responses");
  const overrides = objectAt(raw, "x-responses");
  return Object.fromEntries(
    Object.keys(responses).map((status) => {
      const wrapped = firstSchema(objectAt(objectAt(responses, status), "content"));
      const schema = wrapped?.["x-schema"] ?? null;
      const headers = headersByStatus[status];
      const described: JsonObject = {
        description: responseDescription(status, schema),
        ...(headers === undefined ? {} : { headers }),
        ...(hasBody(schema)
          ? {
              content: {
                [responseMediaType(schema)]: { schema: schemas.describe(opened(schema)) },
              },
            }
          : {}),
        ...objectAt(overrides, status),
      };
      return [status, described];
    }),
  );
}

/** A schema's own description, unless it is a named one, which says the same wherever it is used. */
function responseDescription(status: string, schema: Json): string {
  const own = isJsonObject(schema) && !("$id" in schema) ? schema["description"] : undefined;
  return typeof own === "string" ? own : (statusDescriptions[status] ?? `Status ${status}.`);
}

function hasBody(schema: Json): schema is JsonObject {
  return isJsonObject(schema) && !bodilessTypes.has(schema["type"]);
}

function responseMediaType(schema: JsonObject): string {
  return saidMediaType(schema) ?? (schema["type"] === "string" ? "text/plain" : jsonMediaType);
}

function saidMediaType(schema: Json): string | null {
  const said = isJsonObject(schema) ? schema["contentMediaType"] : undefined;
  return typeof said === "string" ? said : null;
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

function firstSchema(content: JsonObject): JsonObject | null {
  const [media] = Object.values(content);
  return isJsonObject(media) ? objectAt(media, "schema") : null;
}

function lowerCase(value: Json | undefined): Json | undefined {
  return typeof value === "string" ? value.toLowerCase() : value;
}

function present(members: Record<string, Json | undefined>): JsonObject {
  const result: JsonObject = {};
  for (const [key, value] of Object.entries(members)) {
    if (value !== undefined) result[key] = value;
  }
  return result;
}
