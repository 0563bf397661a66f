import type { TSchema } from "@sinclair/typebox";

import { jsonCopy, present, type JsonObject } from "./json.ts";
import { opened, type SchemaBook } from "./schema.ts";

const statusDescriptions: Readonly<Record<number, string>> = {
  200: "Success.",
  201: "Created.",
  202: "Accepted. The response does not tell whether anything follows.",
  204: "Success, without a body.",
  302: "Continue at the address in `Location`.",
  400: "The request is malformed or breaks a rule that the error names.",
  401: "The credentials are missing, wrong or expired.",
  403: "The caller is not allowed to do this.",
  404: "Not found, or not visible to this caller.",
  409: "The request conflicts with the current state.",
  413: "The body is too large.",
  415: "The body is not of the media type that the operation takes.",
  429: "Too many requests.",
  500: "An internal error. The service's log has the cause under the request id.",
  503: "The service is overloaded or a part of it is unavailable. Try again later.",
};

const retryAfter: JsonObject = {
  "Retry-After": {
    description: "Seconds to wait before the next attempt.",
    schema: { type: "integer", format: "int32", minimum: 0 },
  },
};
const headersByStatus: Readonly<Record<number, JsonObject>> = {
  302: {
    Location: { description: "The address to continue at.", schema: { type: "string" } },
  },
  401: {
    "WWW-Authenticate": {
      description: "How to authenticate (RFC 9110 section 11.6.1).",
      schema: { type: "string" },
    },
  },
  429: retryAfter,
  503: retryAfter,
};

/** The schemas that stand for a response without a body. */
const bodilessTypes = new Set<unknown>(["void", "undefined", "null"]);

/** The responses that a route itself declares, by status. A route that declares none responds with 200. */
export function describeResponses(
  responses: Readonly<Record<number, TSchema>>,
  schemas: SchemaBook,
): JsonObject {
  const declared = Object.entries(responses);
  if (declared.length === 0) return { 200: jsonResponse(200, null) };
  return Object.fromEntries(
    declared.map(([status, schema]) => {
      const isBodiless = bodilessTypes.has(schema["type"]);
      const described = isBodiless ? null : schemas.describe(opened(jsonCopy(schema)));
      return [status, jsonResponse(Number(status), described, { mediaType: mediaTypeOf(schema) })];
    }),
  );
}

/** A response object: described, with the headers of its status, and with a body if there is a schema. */
export function jsonResponse(
  status: number,
  schema: JsonObject | null,
  options: { readonly mediaType?: string; readonly examples?: JsonObject } = {},
): JsonObject {
  const { mediaType = "application/json", examples } = options;
  return present({
    description: statusDescriptions[status] ?? `Status ${status}.`,
    headers: headersByStatus[status],
    content: schema === null ? undefined : { [mediaType]: present({ schema, examples }) },
  });
}

function mediaTypeOf(schema: TSchema): string {
  const { contentMediaType } = schema;
  if (typeof contentMediaType === "string") return contentMediaType;
  return schema["type"] === "string" ? "text/plain" : "application/json";
}
