import { beforeAll, expect, test } from "bun:test";
import fc from "fast-check";

import type { Answer, Call } from "../support/http-call.ts";
import { signUp } from "../support/journey.ts";
import { type Json, type Operation, readOperations } from "../support/operations.ts";
import { schemaFaults } from "../support/schema-faults.ts";
import { useTestApp } from "../support/test-app.ts";
import { type FuzzedRequest, fuzzedRequests } from "./request-arbitraries.ts";

/** How many requests a run makes; `FUZZ_CASES=10000` for a long one. */
const cases = Number(process.env["FUZZ_CASES"] ?? 1500);

const app = useTestApp();
let operations: Operation[];
let schemas: Json;

beforeAll(async () => {
  ({ operations, schemas } = await readOperations(app));
});

/** `fetch` refuses some requests before it sends them: a body for GET, a line break in a header. */
async function send({ method, path, call }: FuzzedRequest): Promise<Answer | null> {
  const isBodyless = method === "GET" || method === "HEAD";
  const sent: Call = isBodyless ? { headers: call.headers ?? {} } : call;
  const isSendable = Object.values(sent.headers ?? {}).every((value) =>
    /^[\u0020-\u007e\u0080-\u00ff]*$/.test(value),
  );
  return isSendable ? app.call(method, path, sent) : null;
}

/** Where a response differs from the document, one sentence each. */
function responseFaults({ operation, method }: FuzzedRequest, answer: Answer): string[] {
  const { status, headers } = answer;
  const faults = status >= 500 ? [`status ${status}`] : [];
  if (!/^[\w.-]{1,128}$/.test(headers.get("x-request-id") ?? "")) faults.push("no request id");
  if (headers.get("x-content-type-options") !== "nosniff") faults.push("unguarded");
  if (status === 405 && headers.get("allow") === null) faults.push("405 without Allow");
  if (status === 401 && headers.get("www-authenticate") === null)
    faults.push("401 without a challenge");
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

// part of security 110: 1,500 of its 10,000 cases
test("no request causes an internal error, and every response is as the document describes it", async () => {
  // Not the password of the document's examples: a request with that one would delete the user during the run.
  const username = `u${Date.now().toString(36)}`;
  const user = await signUp(app, { username, password: "Another-good-one-1!" });
  const known = new Map([
    ["email", user.email],
    ["password", user.password],
    ["token", user.accessToken],
    ["refresh_token", user.refreshToken],
    ["/api/v1/users/me password", "Not-that-password-1!"],
    ["/oauth/token grant_type", "password"],
    ["/oauth/token username", user.email],
  ]);
  const seen = new Map<number, number>();
  await fc.assert(
    fc.asyncProperty(fuzzedRequests(operations, known), async (request) => {
      const answer = await send(request);
      if (answer === null) return;
      seen.set(answer.status, (seen.get(answer.status) ?? 0) + 1);
      expect(responseFaults(request, answer)).toEqual([]);
    }),
    { numRuns: cases, endOnFailure: false },
  );
  // Otherwise the edge would have refused every request.
  expect([...seen.keys()]).toEqual(expect.arrayContaining([200, 202, 400, 401, 404, 405, 415]));
  expect(app.log.filter((line) => line.includes('"level":"error"'))).toEqual([]);
}, 120_000);

// part of security 100: a response holds what is described, and nothing else
test("operations succeed with exactly the response that the document describes", async () => {
  const user = await signUp(app);
  const again = await signUp(app);
  for (const [path, status, call] of [
    ["/health", 200, {}],
    ["/health/live", 200, {}],
    ["/health/ready", 200, {}],
    ["/api/v1/users/me", 200, { bearer: user.accessToken }],
    ["/api/v1/auth/validate-token", 200, { json: { token: user.accessToken } }],
    ["/api/v1/auth/resend-verification", 202, { json: { email: user.email } }],
    ["/api/v1/auth/register", 201, { json: { email: `x${user.email}`, password: user.password } }],
    ["/api/v1/auth/login", 200, { json: { email: user.email, password: user.password } }],
    ["/api/v1/auth/refresh", 200, { json: { refresh_token: user.refreshToken } }],
    [
      "/oauth/token",
      200,
      { form: { grant_type: "password", username: user.email, password: user.password } },
    ],
    [
      "/api/v1/auth/email/change",
      202,
      { json: { new_email: `y${user.email}`, password: user.password }, bearer: user.accessToken },
    ],
    ["/api/v1/auth/logout", 200, { bearer: user.accessToken }],
    ["/api/v1/auth/logout-all", 200, { bearer: again.accessToken }],
  ] as const) {
    const operation = operations.find((one) => one.path === path);
    const answer = await app.call(operation?.method ?? "", path, call);
    expect([path, answer.status]).toEqual([path, status]);
    const schema = operation?.answers.get(status);
    expect([path, schemaFaults(Object(schema), answer.json, schemas)]).toEqual([path, []]);
  }
});
