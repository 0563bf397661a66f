import { bodilessTypes, gatheredContent, jsonMediaType, saidMediaType } from "./content.ts";
import { isJsonObject, objectAt, type Json, type JsonObject } from "./json.ts";
import { opened, type SchemaBook } from "./schema.ts";

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

/**
 * The responses object of an operation: every status described, 401, 405, 429 and 503 with their headers. What the
 * route gave under `detail.responses` counts before what is drawn from its schemas.
 */
export function describeResponses(raw: JsonObject, schemas: SchemaBook): JsonObject {
  const responses = objectAt(raw, "responses");
  const overrides = objectAt(raw, "x-responses");
  return Object.fromEntries(
    Object.keys(responses).map((status) => {
      const content = gatheredContent(objectAt(objectAt(responses, status), "content"));
      const schema = content?.schema ?? null;
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
