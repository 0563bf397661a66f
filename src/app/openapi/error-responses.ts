import type { ErrorCode } from "../../kernel/errors.ts";
import { errorBodySchema, errorSchema } from "../../platform/http/envelope.ts";
import { isOAuthPath, oauthErrorSchema } from "../../features/oauth2/index.ts";
import type { DocumentedRoute } from "../../platform/http/documented-route.ts";
import { type ErrorExamples, statusOfCode } from "./error-examples.ts";
import { jsonCopy, type JsonObject } from "./json.ts";
import { jsonResponse } from "./responses.ts";
import type { SchemaBook } from "./schema.ts";

/** The error responses of an operation, by status: the standard ones, and those that the route declares. */
export function errorResponses(
  route: DocumentedRoute,
  { schemas, examples }: { readonly schemas: SchemaBook; readonly examples: ErrorExamples },
): JsonObject {
  const isOAuth = isOAuthPath(route.path);
  const codes = [...new Set([...standardCodes(route), ...(route.failsWith ?? [])])];
  const authenticatesClient = (route.detail.security ?? []).some((scheme) => "client" in scheme);
  const statuses = new Set(codes.map((code) => statusOfCode(code, isOAuth)));
  if (isOAuth && authenticatesClient) statuses.add(401);
  return Object.fromEntries(
    [...statuses].map((status) => {
      const ofStatus = codes.filter((code) => statusOfCode(code, isOAuth) === status);
      const ofClient = authenticatesClient && status === 401 ? examples.ofClient() : {};
      const response = isOAuth
        ? jsonResponse(status, schemas.describe(jsonCopy(oauthErrorSchema)), {
            examples: { ...examples.ofOAuth(ofStatus), ...ofClient },
          })
        : jsonResponse(status, apiErrorWith(ofStatus, schemas), {
            examples: examples.ofCodes(ofStatus),
          });
      return [String(status), response];
    }),
  );
}

/**
 * What follows from an operation's access, its schemas and its body. Health checks are not limited, and they respond while
 * the service is starting.
 */
function standardCodes({ path, access, body, params, query }: DocumentedRoute): ErrorCode[] {
  const isValidated = body !== undefined || params !== undefined || query !== undefined;
  return [
    ...(isValidated ? (["VALIDATION_ERROR"] as const) : []),
    ...(access.kind === "anyone"
      ? []
      : (["AUTHENTICATION_REQUIRED", "INVALID_TOKEN", "EXPIRED_TOKEN"] as const)),
    ...(access.kind === "permission" ? (["FORBIDDEN"] as const) : []),
    ...(body === undefined ? [] : (["PAYLOAD_TOO_LARGE", "UNSUPPORTED_MEDIA_TYPE"] as const)),
    ...(path.startsWith("/health") ? [] : (["RATE_LIMITED", "UNAVAILABLE"] as const)),
    "INTERNAL_ERROR",
  ];
}

/** The codes of every operation that takes an access token. */
const accessTokenCodes = "AUTHENTICATION_REQUIRED INVALID_TOKEN EXPIRED_TOKEN";

/**
 * `ApiError` with the codes that this response can have. `allOf` on both levels: openapi-typescript makes an intersection of
 * it, and oapi-codegen, which replaces a member that both schemas name, then still finds all members of `error`.
 */
function apiErrorWith(codes: readonly ErrorCode[], schemas: SchemaBook): JsonObject {
  const error: JsonObject = {
    allOf: [
      schemas.describe(jsonCopy(errorBodySchema)),
      { type: "object", properties: { code: { type: "string", enum: [...codes] } } },
    ],
  };
  const described = {
    allOf: [
      schemas.describe(jsonCopy(errorSchema)),
      { type: "object", properties: { error }, required: ["error"] },
    ],
  };
  const name = nameOfCodes(codes);
  return name === null ? described : schemas.keep(name, described);
}

/** The name of a schema that many operations share: generators make one type of it instead of one for each operation. */
function nameOfCodes(codes: readonly ErrorCode[]): string | null {
  if (codes.join(" ") === accessTokenCodes) return "AccessTokenError";
  const [only = ""] = codes;
  if (codes.length !== 1) return null;
  const words = only
    .replace(/_ERROR$/, "")
    .toLowerCase()
    .split("_");
  return `${words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join("")}Error`;
}
