import { canary, type FuzzedRequest } from "./fuzzed-requests.ts";
import type { Answer } from "./http-call.ts";
import type { Json, Operation } from "./operations.ts";
import { schemaFaults } from "./schema-faults.ts";

/** What an OpenAPI document describes. */
export interface Described {
  readonly operations: readonly Operation[];
  readonly schemas: Json;
}

/** Where a response differs from the document or discloses a fault, one sentence each. */
export function responseFaults(
  { operation, method }: FuzzedRequest,
  answer: Answer,
  { operations, schemas }: Described,
): string[] {
  const { status, headers } = answer;
  const faults = status >= 500 ? [`status ${status}`] : [];
  if (!/^[\w.-]{1,128}$/.test(headers.get("x-request-id") ?? "")) faults.push("no request id");
  if (headers.get("x-content-type-options") !== "nosniff") faults.push("unguarded");
  if (status === 405 && headers.get("allow") === null) faults.push("405 without Allow");
  if (status === 401 && headers.get("www-authenticate") === null)
    faults.push("401 without a challenge");
  if (/\bat .+\.ts|select .+ from |\$2[aby]\$\d\d\$|\$argon2/.test(answer.text))
    faults.push("internals are disclosed");
  if (status >= 400 && answer.text.includes(canary)) faults.push("a received value is repeated");
  if (method === "HEAD") return answer.text === "" ? faults : [...faults, "a body for HEAD"];
  const isOfRouter = status === 404 || status === 405;
  if (isOfRouter && /^\/(?:oauth|\.well-known)\//.test(operation.path)) return faults;
  // The path may have another operation of the method that was sent in the place of its own.
  const answering = operations.find((one) => one.path === operation.path && one.method === method);
  const { answers } = answering ?? operation;
  const documented = isOfRouter ? schemas["ApiError"] : answers.get(status);
  if (documented === undefined) return [...faults, `status ${status} is not documented`];
  const isText = headers.get("content-type")?.startsWith("text/") === true;
  return [
    ...faults,
    ...schemaFaults(Object(documented), isText ? answer.text : answer.json, schemas),
  ];
}
