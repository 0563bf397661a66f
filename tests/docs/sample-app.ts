import type { TSchema } from "@sinclair/typebox";
import { Elysia, t, type AnyElysia } from "elysia";

import { docsPages } from "../../src/app/docs/docs-pages.ts";
import { documentedRoutes } from "../../src/app/openapi/documented-routes.ts";
import type { DocumentedRoute } from "../../src/platform/http/documented-route.ts";
import { type OpenApiOptions, openApiDocument } from "../../src/app/openapi/document.ts";
import type { ErrorCode } from "../../src/kernel/errors.ts";
import type { BodyKind } from "../../src/platform/http/read-body.ts";
import { markGuard, markReader } from "../../src/platform/http/route-marks.ts";

/** What reached the sample app's token endpoint and its guarded route. */
export interface SampleRecord {
  readonly tokenRequests: { readonly headers: Headers; readonly body: unknown }[];
  readonly authorizations: (string | null)[];
}

export const userSchema = t.Object(
  {
    id: t.String({ format: "uuid" }),
    name: t.Union([t.String(), t.Null()]),
    role: t.Union([t.Literal("user"), t.Literal("admin")]),
    manager: t.Optional(t.Union([t.Object({ id: t.String() }, { $id: "Manager" }), t.Null()])),
  },
  { $id: "User" },
);

function envelope<Data extends TSchema>(data: Data) {
  return t.Object({ success: t.Literal(true), data, timestamp: t.String({ format: "date-time" }) });
}

const timestamp = "2026-01-01T00:00:00Z";

/** The macros of the product's route kit, without anything behind them: a guard that lets every caller in. */
export const sampleKit = new Elysia({ name: "sample-kit" }).macro({
  anyone: { beforeHandle: markGuard({ kind: "anyone" }, () => undefined) },
  signedIn: { beforeHandle: markGuard({ kind: "signedIn" }, () => undefined) },
  permission: (permission: string) => ({
    beforeHandle: markGuard({ kind: "permission", permission }, () => undefined),
  }),
  accepts: (kind: BodyKind) => ({
    parse: markReader(kind, async ({ request }: { request: Request }) =>
      kind === "json"
        ? await request.json()
        : Object.fromEntries(new URLSearchParams(await request.text())),
    ),
  }),
});

/** An app with every kind of schema that differs between TypeBox and OpenAPI. */
export function sampleRoutes(record: SampleRecord) {
  return new Elysia()
    .use(sampleKit)
    .post(
      "/api/register",
      ({ body, status }) => status(201, { success: true, data: { email: body.email }, timestamp }),
      {
        anyone: true,
        accepts: "json",
        body: t.Object({
          email: t.String({ examples: ["ada@example.com"] }),
          name: t.Optional(t.String({ format: "storable-text", maxLength: 20 })),
          invited_by: t.Optional(userSchema),
        }),
        response: { 201: envelope(t.Object({ email: t.String() })) },
        detail: {
          ...failsWith("WEAK_PASSWORD", "OVERLOADED"),
          operationId: "register",
          summary: "Register",
          tags: ["Accounts"],
        },
      },
    )
    .get(
      "/api/me",
      ({ request, set }) => {
        record.authorizations.push(request.headers.get("authorization"));
        set.headers["cache-control"] = "no-store";
        return { success: true, data: "me", timestamp } as const;
      },
      {
        signedIn: true,
        response: { 200: envelope(t.String()) },
        detail: { operationId: "getMe", summary: "Get the signed-in user", tags: ["Users"] },
      },
    )
    .post(
      "/oauth/token",
      ({ body, request, status }) => {
        record.tokenRequests.push({ headers: request.headers, body });
        if (body.password !== "right & proper") return status(400, { error: "invalid_grant" });
        return { access_token: "sample-token", token_type: "Bearer" };
      },
      {
        anyone: true,
        accepts: "form",
        body: t.Object({ grant_type: t.String(), username: t.String(), password: t.String() }),
        response: {
          200: t.Object({ access_token: t.String(), token_type: t.String() }),
          400: t.Object({ error: t.String() }, { $id: "GrantError" }),
        },
        detail: {
          operationId: "issueToken",
          summary: "Request tokens",
          tags: ["OAuth"],
          security: [{ client: [] }],
        },
      },
    )
    .get("/api/users/:id", () => undefined, {
      permission: "users:read",
      params: t.Object({ id: t.String({ format: "record-id" }) }),
      query: t.Object({
        limit: t.Optional(
          t.Union([
            t.Integer({ minimum: 1, maximum: 100 }),
            t.String({ format: "integer", pattern: "^\\d+$" }),
          ]),
        ),
        after: t.Optional(t.Integer({ examples: [20] })),
      }),
      response: { 200: envelope(userSchema), 204: t.Void() },
      detail: {
        ...failsWith("USER_NOT_FOUND"),
        operationId: "getUser",
        summary: "Get a user",
        description: "Returns the user.",
        tags: ["Users"],
      },
    })
    .put("/api/odd", () => [], {
      signedIn: true,
      accepts: "json",
      body: t.Optional(
        t.Object({ labels: t.Record(t.String(), t.Number()), anything: t.Unknown() }),
      ),
      response: { 200: t.Array(userSchema) },
      detail: { operationId: "putOdd", summary: "Odd", tags: ["Users"] },
    })
    .get("/page", () => "<p>", {
      anyone: true,
      response: { 200: t.String({ contentMediaType: "text/html" }) },
      detail: { operationId: "page", summary: "A page", tags: ["Pages"] },
    })
    .get("/.well-known/keys.json", () => "text", {
      anyone: true,
      response: { 200: t.String() },
      detail: { operationId: "keys", summary: "Keys", tags: ["OAuth"] },
    })
    .get("/hidden", () => "hidden", { detail: { hide: true } })
    .all("/any", () => "any", { detail: { hide: true } });
}

function failsWith(...codes: ErrorCode[]): object {
  return { "x-fails-with": codes };
}

/** The document of a sample app. */
export async function documentOf(
  routes: Pick<AnyElysia, "routes">,
  options: Partial<OpenApiOptions> = {},
) {
  return documentOfRoutes(documentedRoutes(routes), options);
}

/** The document of routes. */
export function documentOfRoutes(
  routes: readonly DocumentedRoute[],
  options: Partial<OpenApiOptions> = {},
) {
  return openApiDocument(routes, {
    publicUrl: "https://auth.example.com",
    serviceName: "sample",
    version: "1.2.3",
    contact: { name: "sample", url: "https://example.com", email: null },
    licence: { name: "MIT", url: "https://opensource.org/license/mit" },
    termsUrl: null,
    mailboxPath: null,
    tags: [
      { name: "Users", description: "Users who sign in." },
      { name: "Unused", description: "No operation has it." },
    ],
    passwordGrantEnabled: true,
    ...options,
  });
}

/** The sample app with its documentation, listening on a spare port of 127.0.0.1 under the policy of JSON responses. */
export function serveSample() {
  const record: SampleRecord = { tokenRequests: [], authorizations: [] };
  const routes = sampleRoutes(record);
  const app = new Elysia()
    .onRequest(({ set }) => {
      set.headers["content-security-policy"] = "default-src 'none'; frame-ancestors 'none'";
      set.headers["x-content-type-options"] = "nosniff";
    })
    .use(
      docsPages({
        document: () => documentOf(routes),
        eventsDocument: async () => ({}),
        serviceName: "<sample>",
        enabled: true,
      }),
    )
    .use(routes)
    .listen({ port: 0, hostname: "127.0.0.1" });
  if (app.server === null) throw new Error("the sample app does not listen");
  return { origin: `http://127.0.0.1:${app.server.port}`, record, stop: () => app.stop(true) };
}
