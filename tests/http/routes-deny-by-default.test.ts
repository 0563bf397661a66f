import { describe, expect, test } from "bun:test";
import { Type } from "@sinclair/typebox";
import { Elysia } from "elysia";

import {
  assertEveryBodyHasAKind,
  assertEveryRouteStatesItsAccess,
  assertNoPageIsInTheApi,
} from "../../src/app/edge/route-assertions.ts";
import { createAuthenticator } from "../../src/features/access/index.ts";
import { otherSitePage } from "../../src/features/pages/index.ts";
import { createExchanges } from "../../src/platform/http/exchange.ts";
import { createGuard } from "../../src/platform/http/guard.ts";
import { createRequestIds } from "../../src/platform/http/request-id.ts";
import { createRouteKit } from "../../src/platform/http/route-kit.ts";
import { callWith, exampleBody, readOperations } from "../support/operations.ts";
import { startTestApp, type TestApp, useTestApp } from "../support/test-app.ts";

/** Every route that is open without a sign-in. A new one is added here by hand, or it is not public. */
const publicRoutes = [
  "GET /.well-known/jwks.json",
  "GET /.well-known/oauth-authorization-server",
  "GET /.well-known/openid-configuration",
  "GET /.well-known/webauthn",
  "GET /api/v1/auth/oauth/providers",
  "GET /api/v1/auth/oauth/{provider}",
  "GET /api/v1/auth/oauth/{provider}/callback",
  "GET /health",
  "GET /health/live",
  "GET /health/ready",
  "GET /metrics",
  "POST /api/v1/auth/2fa/verify",
  "POST /api/v1/auth/email/change-confirm",
  "POST /api/v1/auth/login",
  "POST /api/v1/auth/logout",
  "POST /api/v1/auth/magic-link",
  "POST /api/v1/auth/magic-link/verify",
  "POST /api/v1/auth/oauth/exchange",
  "POST /api/v1/auth/oauth/{provider}/callback",
  "POST /api/v1/auth/oauth/{provider}/token",
  "POST /api/v1/auth/passkeys/login/options",
  "POST /api/v1/auth/passkeys/login/verify",
  "POST /api/v1/auth/password/reset",
  "POST /api/v1/auth/password/reset-confirm",
  "POST /api/v1/auth/refresh",
  "POST /api/v1/auth/register",
  "POST /api/v1/auth/resend-verification",
  "POST /api/v1/auth/validate-token",
  "POST /api/v1/auth/verify",
  "POST /api/v1/auth/verify-email",
  "POST /oauth/register",
  "POST /oauth/revoke",
  "POST /oauth/token",
  "POST /oauth/userinfo",
];

/** Where a client authenticates instead of a user, or a failure is one of RFC 6750: `tests/conformance/` shows what they answer. */
const clientRoutes = [
  "POST /oauth/introspect",
  "POST /oauth/par",
  "POST /oauth/device_authorization",
  "GET /oauth/userinfo",
];

describe("without a sign-in", () => {
  const app = useTestApp();

  test("the public routes are those that the document declares as public", async () => {
    const { operations } = await readOperations(app);
    const documented = operations
      .filter(({ isPublic }) => isPublic)
      .map(({ method, path }) => `${method} ${path}`);
    expect(documented.toSorted()).toEqual(publicRoutes);
  });

  test("every other route responds with 401, whatever else the request contains", async () => {
    const { operations } = await readOperations(app);
    const guarded = operations.filter(
      ({ method, path }) => ![...publicRoutes, ...clientRoutes].includes(`${method} ${path}`),
    );
    expect(guarded.length).toBeGreaterThan(1);
    for (const operation of guarded) {
      const path = operation.path.replaceAll(/\{\w+\}/g, "00000000-0000-7000-8000-000000000000");
      const json = { "content-type": "application/json" };
      const calls = [
        {},
        {
          headers: {
            "x-user-id": "1",
            "x-http-method-override": "GET",
            "x-original-url": "/health",
          },
        },
        { headers: { authorization: "Basic YTpi", cookie: "access_token=x" } },
        ...(operation.mediaType === null ? [] : [callWith(operation, exampleBody(operation))]),
        ...(operation.method === "GET"
          ? []
          : [
              { headers: json, body: "{}" },
              { headers: json, body: "{" },
              { headers: json, body: " ".repeat(65 * 1024) },
              { headers: { "content-type": "text/plain" }, body: "x" },
            ]),
      ];
      for (const call of calls) {
        const answer = await app.call(operation.method, path, call);
        expect([path, answer.status, answer.json.error.code]).toEqual([
          path,
          401,
          "AUTHENTICATION_REQUIRED",
        ]);
        expect(answer.headers.get("www-authenticate")).toBe("Bearer");
      }
    }
  });

  test("every spelling of a path has the same response", async () => {
    const spellings = [
      "/api/v1/users/me/",
      "//api/v1/users/me",
      "/api/v1/users/%6de",
      "/api/v1/./users/x/../me",
    ];
    for (const path of [
      ...spellings,
      "/API/v1/users/me",
      "/api/v1/users/me;x",
      "/api/v1/users/me%2f",
      "/health/../api/v1/users/me",
    ]) {
      for (const method of ["GET", "HEAD"]) {
        const { status } = await app.call(method, path);
        expect([method, path, [400, 401, 404].includes(status)]).toEqual([method, path, true]);
      }
    }
  });
});

describe("the app does not start with", () => {
  test("a route that does not state its access, whatever other hooks run before it", async () => {
    await using app = await startTestApp();
    const kit = createKit(app);
    const declared = new Elysia()
      .use(kit)
      .get("/anyone", () => "", { anyone: true })
      .get("/signed-in", () => "", { signedIn: true })
      .get("/permitted", () => "", { permission: "users:read" });
    expect(() => assertEveryRouteStatesItsAccess(declared.routes)).not.toThrow();

    const forgotten = new Elysia()
      .use(kit)
      .get("/stated", () => "", { signedIn: true })
      .get("/forgotten", () => "")
      .post("/hooked", () => "", { beforeHandle: () => undefined });
    expect(() => assertEveryRouteStatesItsAccess(forgotten.routes)).toThrow(
      "do not state their access: GET /forgotten, POST /hooked",
    );
    for (const state of [
      () => new Elysia().use(kit).get("/off", () => "", { signedIn: false }),
      () => new Elysia().use(kit).get("/off", () => "", { anyone: false }),
    ]) {
      expect(state).toThrow("not with false");
    }
  });

  // A hook that gives the handler a context looks like a guard to the framework.
  test("a route behind a plain resolve", async () => {
    await using app = await startTestApp();
    const resolved = new Elysia()
      .use(createKit(app))
      .resolve(() => ({ ctx: null }))
      .get("/resolved", () => "");
    expect(() => assertEveryRouteStatesItsAccess(resolved.routes)).toThrow("GET /resolved");
  });

  test("a route that writes an access into its description by hand", async () => {
    await using app = await startTestApp();
    const [guarded] = new Elysia()
      .use(createKit(app))
      .get("/guarded", () => "", { signedIn: true }).routes;
    const detail = { ...guarded?.hooks.detail, "x-access": { kind: "signedIn" } };
    const forged = new Elysia().get("/forged", () => "", {
      detail,
      transform: () => undefined,
      beforeHandle: () => undefined,
    });
    expect(() => assertEveryRouteStatesItsAccess(forged.routes)).toThrow("GET /forged");
  });

  test("a route with two accesses, of which a reader would see only one", async () => {
    await using app = await startTestApp();
    const twice = new Elysia()
      .use(createKit(app))
      .get("/twice", () => "", { anyone: true, permission: "users:read" });
    expect(() => assertEveryRouteStatesItsAccess(twice.routes)).toThrow("more than once");
  });

  // Attack: cross-site request forgery, at an operation that accepts the cookie of a browser session. security 116
  test("a page in the API", async () => {
    await using app = await startTestApp();
    const kit = createKit(app);
    const pages = new Elysia()
      .use(kit)
      .get("/account", () => "", { accountPage: true })
      .get("/api/v1/users/me/name", () => "", { signedIn: true });
    expect(() => assertNoPageIsInTheApi(pages.routes)).not.toThrow();
    const inTheApi = new Elysia()
      .use(kit)
      .get("/api/v1/page", () => "", { page: true })
      .post("/api/v1/account", () => "", { accountPage: true });
    expect(() => assertNoPageIsInTheApi(inTheApi.routes)).toThrow(
      "pages in the API: GET /api/v1/page, POST /api/v1/account",
    );
    const twice = new Elysia().use(kit).get("/twice", () => "", { anyone: true, page: true });
    expect(() => assertEveryRouteStatesItsAccess(twice.routes)).toThrow("more than once");
  });

  test("a route that lets the framework read its body", async () => {
    await using app = await startTestApp();
    const kit = createKit(app);
    const body = Type.Object({ token: Type.String() });
    const declared = new Elysia()
      .use(kit)
      .post("/stated", () => "", { anyone: true, accepts: "json", body });
    expect(() => assertEveryBodyHasAKind(declared.routes)).not.toThrow();

    const forgotten = new Elysia()
      .use(kit)
      .post("/forgotten", () => "", { anyone: true, body })
      .post("/named", () => "", { anyone: true, parse: "json", body })
      .post("/own", () => "", { anyone: true, parse: () => ({}), body });
    expect(() => assertEveryBodyHasAKind(forgotten.routes)).toThrow(
      "the kind of their body: POST /forgotten, POST /named, POST /own",
    );
  });

  // The body reader refuses a request without a token before it reads, so the access must be stated first.
  test("a body that is read before the route states its access", async () => {
    await using app = await startTestApp();
    const kit = createKit(app);
    expect(() =>
      new Elysia().use(kit).post("/late", () => "", { accepts: "json", signedIn: true }),
    ).toThrow("states its access before `accepts`");
  });
});

function createKit({ platform }: TestApp) {
  const exchanges = createExchanges({
    requestIds: createRequestIds(platform.random),
    readClientAddress: (peer) => peer,
  });
  const guard = createGuard(platform, exchanges, createAuthenticator(platform));
  return createRouteKit(platform, guard, exchanges, otherSitePage(platform.settings));
}
