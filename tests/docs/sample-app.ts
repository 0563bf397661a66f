import type { TSchema } from "@sinclair/typebox";
import { Elysia, t, type AnyElysia } from "elysia";

import { docsPages } from "../../src/app/docs/docs-pages.ts";
import { openApiDocument } from "../../src/app/openapi/document.ts";

/** What reached the sample app's token endpoint and its guarded route. */
export interface SampleRecord {
  readonly tokenRequests: { readonly headers: Headers; readonly body: unknown }[];
  readonly authorizations: (string | null)[];
}

export const errorSchema = t.Object(
  {
    success: t.Literal(false),
    error: t.Object({ code: t.String(), message: t.String(), details: t.Optional(t.Any()) }),
    timestamp: t.String({ format: "date-time" }),
  },
  { $id: "Error", additionalProperties: false, description: "What every failure looks like." },
);

export const userSchema = t.Object(
  {
    id: t.String({ format: "uuid" }),
    name: t.Nullable(t.String()),
    born: t.Date(),
    role: t.Union([t.Literal("user"), t.Literal("admin")]),
    manager: t.Optional(t.Union([t.Object({ id: t.String() }, { $id: "Manager" }), t.Null()])),
  },
  { $id: "User" },
);

function envelope<Data extends TSchema>(data: Data) {
  return t.Object({ success: t.Literal(true), data, timestamp: t.String({ format: "date-time" }) });
}

const unlucky = {
  success: false,
  error: { code: "VALIDATION_ERROR", message: "No." },
  timestamp: "2026-01-01T00:00:00Z",
} as const;

/** An app with every schema that the plugin describes wrongly. */
export function sampleRoutes(record: SampleRecord) {
  return new Elysia()
    .post(
      "/api/register",
      ({ body, status }) =>
        status(201, {
          success: true,
          data: { email: body.email },
          timestamp: "2026-01-01T00:00:00Z",
        }),
      {
        body: t.Object({
          email: t.String({ examples: ["ada@example.com"] }),
          invited_by: t.Optional(userSchema),
        }),
        response: {
          201: envelope(t.Object({ email: t.String() })),
          400: errorSchema,
          429: errorSchema,
        },
        detail: {
          operationId: "register",
          summary: "Register",
          tags: ["Accounts"],
          security: [],
          responses: { 400: { description: "WEAK_PASSWORD or DUPLICATE_EMAIL." } },
        },
      },
    )
    .get(
      "/api/me",
      ({ request, set }) => {
        record.authorizations.push(request.headers.get("authorization"));
        set.headers["cache-control"] = "no-store";
        return { success: true, data: "me", timestamp: "2026-01-01T00:00:00Z" } as const;
      },
      {
        response: { 200: envelope(t.String()), 401: errorSchema },
        detail: {
          operationId: "getMe",
          summary: "Who am I",
          tags: ["Users"],
          security: [{ bearer: [] }],
        },
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
        parse: "urlencoded",
        body: t.Object({ grant_type: t.String(), username: t.String(), password: t.String() }),
        response: {
          200: t.Object({ access_token: t.String(), token_type: t.String() }),
          400: t.Object({ error: t.String() }, { $id: "OAuthError" }),
        },
        detail: {
          operationId: "issueToken",
          summary: "Token endpoint",
          tags: ["OAuth"],
          security: [],
        },
      },
    )
    .get("/api/users/:id", ({ status }) => status(404, unlucky), {
      params: t.Object({ id: t.String({ format: "uuid" }) }),
      query: t.Object({
        limit: t.Optional(t.Integer({ minimum: 1, examples: [20] })),
        above: t.Optional(t.Number({ exclusiveMinimum: 0 })),
        deep: t.Optional(t.BooleanString()),
      }),
      headers: t.Object({ authorization: t.String(), "x-tenant": t.Optional(t.String()) }),
      response: {
        200: envelope(userSchema),
        204: t.Void(),
        404: errorSchema,
        503: errorSchema,
      },
      detail: { operationId: "getUser", summary: "One user", tags: ["Users"] },
    })
    .put("/api/odd", () => [], {
      body: t.Optional(
        t.Object({
          pair: t.Tuple([t.String(), t.Integer()]),
          labels: t.Record(t.String(), t.Number()),
          nothing: t.Null(),
        }),
      ),
      response: {
        200: t.Array(userSchema),
        409: t.Union([errorSchema, t.Object({ other: t.Literal(1) })]),
      },
      detail: { operationId: "putOdd", summary: "Odd", tags: ["Users"], deprecated: true },
    })
    .get("/page", () => "<p>", {
      response: { 200: t.String({ contentMediaType: "text/html" }) },
      detail: { operationId: "page", summary: "A page", tags: ["Pages"], security: [] },
    })
    .get("/.well-known/keys.json", () => "text", {
      response: { 200: t.String() },
      detail: { operationId: "keys", summary: "Keys", tags: ["OAuth"], security: [] },
    })
    .get("/hidden", () => "hidden", { detail: { hide: true } })
    .all("/any", () => "any", { detail: { hide: true } });
}

/** The document of a sample app. */
export function documentOf(routes: AnyElysia) {
  return openApiDocument(routes, {
    publicUrl: "https://auth.example.com",
    serviceName: "sample",
    version: "1.2.3",
    tagDescriptions: { Users: "Those who sign in." },
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
    .use(docsPages({ document: () => documentOf(routes), serviceName: "<sample>", enabled: true }))
    .use(routes)
    .listen({ port: 0, hostname: "127.0.0.1" });
  if (app.server === null) throw new Error("the sample app does not listen");
  return { origin: `http://127.0.0.1:${app.server.port}`, record, stop: () => app.stop(true) };
}
