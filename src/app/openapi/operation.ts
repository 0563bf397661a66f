import type { DocumentedRoute } from "../../platform/http/documented-route.ts";
import { codeSamplesOf } from "./code-samples.ts";
import type { ErrorExamples } from "./error-examples.ts";
import { errorResponses } from "./error-responses.ts";
import type { GatheredRoute } from "./gather-routes.ts";
import { jsonCopy, present, sortedByKey, type Json, type JsonObject } from "./json.ts";
import { describeParameters, describeRequestBody } from "./request.ts";
import { describeResponses } from "./responses.ts";
import { sampleRequest } from "./sample-request.ts";
import type { SchemaBook } from "./schema.ts";

/** What every operation shares. */
export interface OperationContext {
  readonly schemas: SchemaBook;
  readonly examples: ErrorExamples;
  /** The address at which code samples send their requests. */
  readonly publicUrl: string;
  /** Whether a token of the OAuth 2.0 password flow is offered as an alternative to a bearer token. */
  readonly passwordGrantEnabled: boolean;
}

/**
 * The OpenAPI 3.0.3 operation object of a route. `x-permission` is a documented extension: the permission that the caller
 * needs. Throws where a guarded route declares a `security` of its own, which could contradict its guard.
 */
export function describeOperation(
  { route, path, method, parameters }: GatheredRoute,
  { schemas, examples, publicUrl, passwordGrantEnabled }: OperationContext,
): JsonObject {
  const { access, detail, response } = route;
  const { operationId, summary, tags = [] } = detail;
  const requestBody = describeRequestBody(route, schemas);
  const operation = present({
    operationId,
    summary,
    description: descriptionOf(route),
    tags: [...tags],
    security: securityOf(route, passwordGrantEnabled),
    "x-permission": access.kind === "permission" ? access.permission : undefined,
    parameters: parameters.length > 0 ? describeParameters(parameters, schemas) : undefined,
    requestBody: requestBody ?? undefined,
    responses: sortedByKey({
      ...errorResponses(route, { schemas, examples }),
      ...describeResponses(response, schemas),
    }),
  });
  const codeSamples = codeSamplesOf(sampleRequest({ publicUrl, path, method, operation }));
  return { ...operation, "x-codeSamples": codeSamples };
}

function descriptionOf({ access, detail: { description } }: DocumentedRoute): Json | undefined {
  if (access.kind !== "permission") return description;
  const sentence = `Requires the permission \`${access.permission}\`.`;
  return description === undefined ? sentence : `${description}\n\n${sentence}`;
}

/** A guarded operation takes a bearer token. The password flow is another way to obtain the same token. */
function securityOf({ access, detail }: DocumentedRoute, passwordGrantEnabled: boolean): Json {
  if (access.kind !== "anyone" && detail.security !== undefined) {
    throw new Error(
      `${detail.operationId ?? "An operation"} is guarded and declares its security.`,
    );
  }
  const declared = access.kind === "anyone" ? (detail.security ?? []) : [{ bearer: [] }];
  return declared.flatMap((alternative) => {
    const copy = jsonCopy(alternative);
    const { bearer, ...others } = copy;
    const isByPassword = passwordGrantEnabled && bearer !== undefined;
    return isByPassword ? [{ password: [], ...others }, copy] : [copy];
  });
}
