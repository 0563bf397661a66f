import { beforeAll, expect, test } from "bun:test";

import { createHotRoutes, createRoutes } from "../../src/app/routes.ts";
import { createRefreshCookie } from "../../src/platform/http/refresh-cookie.ts";
import { createRouteKit } from "../../src/platform/http/route-kit.ts";
import { builtInPermissions } from "../../src/features/roles/index.ts";
import { signInAdmin } from "../support/admin.ts";
import { makeClient, type TestClient } from "../support/clients.ts";
import type { Answer, Call } from "../support/http-call.ts";
import { type SignedInUser, signUp } from "../support/journey.ts";
import { callWith, exampleBody, type Operation, readOperations } from "../support/operations.ts";
import { signUpWith } from "../support/roles.ts";
import { statusOfMe } from "../support/session-calls.ts";
import { useTestApp } from "../support/test-app.ts";
import { operationsByPermission, operationsOfTheSignedIn } from "./operation-access.ts";

const app = useTestApp();
let operations: Operation[];
let client: TestClient;

beforeAll(async () => {
  ({ operations } = await readOperations(app));
  client = await makeClient(app);
  // One administrator remains, whatever the others delete.
  await signInAdmin(app);
});

/** Every route that the document leaves out. */
const pages: readonly string[] = [
  "GET /.well-known/change-password",
  "GET /account",
  "GET /account/applications/withdraw",
  "GET /account/data",
  "GET /account/delete",
  "GET /account/devices/revoke",
  "GET /account/email",
  "GET /account/passkeys",
  "GET /account/passkeys/remove",
  "GET /account/passkeys/rename",
  "GET /account/password",
  "GET /account/password/mail",
  "GET /account/profile",
  "GET /account/providers/confirm",
  "GET /account/providers/link",
  "GET /account/providers/unlink",
  "GET /account/reauthenticate",
  "GET /account/second-factor/disable",
  "GET /account/second-factor/enable",
  "GET /account/second-factor/recovery-codes",
  "GET /account/second-factor/set-up",
  "GET /account/sessions/revoke",
  "GET /account/sessions/revoke-all",
  "GET /brand/logo",
  "GET /change-email",
  "GET /device",
  "GET /favicon.ico",
  "GET /magic-link",
  "GET /oauth/authorize",
  "GET /oauth/end-session",
  "GET /pages/passkeys.js",
  "GET /reset-password",
  "GET /robots.txt",
  "GET /set-up",
  "GET /sign-in",
  "GET /sign-in/provider/{provider}",
  "GET /sign-in/provider/{provider}/done",
  "GET /sign-out",
  "GET /sign-up",
  "GET /verify-email",
  "POST /account/applications/withdraw",
  "POST /account/delete",
  "POST /account/devices/revoke",
  "POST /account/email",
  "POST /account/passkeys",
  "POST /account/passkeys/options",
  "POST /account/passkeys/remove",
  "POST /account/passkeys/rename",
  "POST /account/password",
  "POST /account/password/mail",
  "POST /account/profile",
  "POST /account/providers/confirm",
  "POST /account/providers/link",
  "POST /account/providers/unlink",
  "POST /account/reauthenticate",
  "POST /account/second-factor/disable",
  "POST /account/second-factor/enable",
  "POST /account/second-factor/recovery-codes",
  "POST /account/second-factor/set-up",
  "POST /account/sessions/revoke",
  "POST /account/sessions/revoke-all",
  "POST /change-email",
  "POST /device/code",
  "POST /device/decision",
  "POST /device/second-factor",
  "POST /magic-link",
  "POST /magic-link/code",
  "POST /magic-link/resend",
  "POST /oauth/authorize",
  "POST /oauth/authorize/decision",
  "POST /oauth/authorize/second-factor",
  "POST /oauth/end-session",
  "POST /oauth/end-session/confirm",
  "POST /reset-password",
  "POST /reset-password/resend",
  "POST /set-up",
  "POST /sign-in",
  "POST /sign-in/passkey",
  "POST /sign-in/second-factor",
  "POST /sign-out",
  "POST /sign-up",
  "POST /verify-email",
  "POST /verify-email/code",
  "POST /verify-email/resend",
];

const nameOf = ({ method, path }: Operation) => `${method} ${path}`;
const isForClients = ({ path }: Operation) =>
  ["/oauth/introspect", "/oauth/par", "/oauth/device_authorization"].includes(path);

// security 93
test("every route is documented, but for the HTML pages", () => {
  const never = () => {
    throw new Error("these routes are not served");
  };
  const kit = createRouteKit(
    app.platform,
    { admitAnyone: never, admitUser: never, admitPage: never, admitVisitor: never },
    { of: never },
    never,
  );
  const cookie = createRefreshCookie(app.platform.settings);
  const health = { phase: "serving", database: app.platform.database } as const;
  const routes = [
    ...createRoutes({
      kit,
      cookie,
      platform: app.platform,
      health,
      providers: new Map(),
      collectMetrics: never,
    }).flatMap((feature) => feature.routes),
    ...createHotRoutes({
      authenticate: never,
      authenticateGranted: never,
      authenticateBrowser: never,
      cookie,
      settings: app.platform.settings,
    }),
  ];
  const names = routes.map(({ method, path }) => `${method} ${path.replaceAll(/:(\w+)/g, "{$1}")}`);
  const undocumented = names.filter((name) => !operations.map(nameOf).includes(name));
  expect(undocumented.toSorted()).toEqual([...pages]);
});

// security 93
test("the document names for each operation the permission that it is meant to need", () => {
  for (const operation of operations) {
    const name = nameOf(operation);
    const [permission = null] =
      Object.entries(operationsByPermission).find(([, names]) => names.includes(name)) ?? [];
    expect({ name, permission: operation.permission }).toEqual({ name, permission });
  }
  const others = operations.filter(
    (operation) => !operation.isPublic && operation.permission === null && !isForClients(operation),
  );
  expect(others.map(nameOf).toSorted()).toEqual([...operationsOfTheSignedIn]);
  const documented = operations.map(nameOf);
  const gone = Object.values(operationsByPermission)
    .flat()
    .filter((name) => !documented.includes(name));
  expect(gone).toEqual([]);
});

type Caller = "anonymous" | "user" | "all but it" | "it alone" | "admin" | "client";
type Verdict = "not signed in" | "not allowed" | "let in";

const callers: readonly Caller[] = [
  "anonymous",
  "user",
  "all but it",
  "it alone",
  "admin",
  "client",
];

/** An authorised request counts as let in also when the resource does not exist. */
function verdictOn(operation: Operation, { status, json }: Answer): Verdict {
  const isOfOAuth = isForClients(operation) || operation.path === "/oauth/userinfo";
  const refusal = isOfOAuth ? json?.error : json?.error?.code;
  const ofClient = isForClients(operation) ? "invalid_client" : "invalid_request";
  const expected = isOfOAuth ? ofClient : "AUTHENTICATION_REQUIRED";
  if (status === 401 && refusal === expected) return "not signed in";
  const isByPermission = String(json?.error?.message).startsWith("This requires the permission ");
  return status === 403 && isByPermission ? "not allowed" : "let in";
}

function expectedVerdict(operation: Operation, caller: Caller): Verdict {
  if (operation.isPublic) return "let in";
  if (isForClients(operation)) return caller === "client" ? "let in" : "not signed in";
  if (caller === "anonymous" || caller === "client") return "not signed in";
  if (operation.permission === null) return "let in";
  return caller === "it alone" || caller === "admin" ? "let in" : "not allowed";
}

const signedIn = new Map<string, SignedInUser>();

/** A caller of this kind: the same as before, unless the last operation ended the session. */
async function sign(caller: Caller, permission: string): Promise<Call> {
  if (caller === "anonymous") return {};
  if (caller === "client") return { headers: { authorization: client.authorization } };
  const kind = caller === "user" || caller === "admin" ? caller : `${caller} ${permission}`;
  let user = signedIn.get(kind);
  if (!user || (await statusOfMe(app, user.accessToken)) !== 200) {
    user = await signInAs(caller, permission);
    signedIn.set(kind, user);
  }
  return { bearer: user.accessToken };
}

function signInAs(caller: Caller, permission: string): Promise<SignedInUser> {
  if (caller === "user") return signUp(app);
  if (caller === "admin") return signInAdmin(app);
  if (caller === "it alone") return signUpWith(app, [permission]);
  const others = builtInPermissions.map(({ name }) => name).filter((name) => name !== permission);
  return signUpWith(app, others);
}

// security 93
test("each operation is open to exactly the callers that its documentation states", async () => {
  for (const operation of operations) {
    const path = operation.path.replaceAll(/\{\w+\}/g, "00000000-0000-7000-8000-000000000000");
    const body = operation.mediaType === null ? {} : callWith(operation, exampleBody(operation));
    for (const caller of callers) {
      const call = { ...body, ...(await sign(caller, operation.permission ?? "users:read")) };
      const answer = await app.call(operation.method, path, call);
      const combination = { operation: nameOf(operation), caller };
      expect({ ...combination, verdict: verdictOn(operation, answer) }).toEqual({
        ...combination,
        verdict: expectedVerdict(operation, caller),
      });
      const documented = [...operation.answers.keys()];
      expect([combination, documented.includes(answer.status), answer.status]).toEqual([
        combination,
        true,
        answer.status,
      ]);
    }
  }
}, 60_000);
