// What validation is compared with: the same routes with the same schemas and bodies, and nothing behind them. Three servers:
// with the headers that the product sends, without them, and without them and Elysia's checks of query and response. They are
// compiled into an executable of its own; its line names their ports.
import { type TSchema, Type } from "@sinclair/typebox";
import { Elysia } from "elysia";

import { securityHeaders } from "../src/app/edge/security-headers.ts";
import {
  ownUserSchema,
  validateTokenBody,
  validTokenSchema,
} from "../src/features/access/model.ts";
import { userinfoBody, userinfoSchema } from "../src/features/access/userinfo.ts";
import { success, successSchema } from "../src/platform/http/envelope.ts";

const user = {
  id: "01a1f855-df5b-75c6-9399-8b7e505ffd5e",
  email: "user-01a1f855-df5b-75c6-9399-8b7e505ffd5e@example.com",
  username: null,
  name: null,
  email_verified: false,
  roles: ["user"],
  phone: null,
  avatar_url: null,
  locale: null,
  metadata: {},
  created_at: "2026-11-21T09:42:19.750Z",
  updated_at: "2026-11-21T09:42:19.750Z",
};

const validated = {
  is_valid: true as const,
  user_id: user.id,
  email: user.email,
  email_verified: false,
  expires_at: "2026-11-21T09:42:19.750Z",
  session_id: user.id,
  roles: ["user"],
  permissions: [],
};

const claims = {
  sub: user.id,
  updated_at: 1_795_324_011,
  email: user.email,
  email_verified: false,
};

/** A success schema that the framework does not check. */
function uncheckedSuccessSchema(data: TSchema) {
  return Type.Object(
    { success: Type.Literal(true), data, timestamp: Type.String({ format: "date-time" }) },
    { noValidate: true },
  );
}

const conditions = Type.Object({
  role: Type.Optional(Type.Array(Type.String())),
  permission: Type.Optional(Type.Array(Type.String())),
});

/** The headers of every response of the product. */
const commonHeaders = {
  ...securityHeaders("http://localhost"),
  "x-request-id": "3f0c9a7d5b21e486",
};

function serve(
  answer: (data: TSchema) => TSchema,
  plainAnswer: TSchema,
  query: { query?: typeof conditions },
  headers: Record<string, string> | null,
) {
  const elysia = new Elysia({ normalize: false });
  const app = (headers === null ? elysia : elysia.headers(headers))
    .get("/api/v1/users/me", () => success(user, new Date()), {
      response: { 200: answer(ownUserSchema) },
    })
    .post("/api/v1/auth/validate-token", () => success(validated, new Date()), {
      body: validateTokenBody,
      response: { 200: answer(validTokenSchema) },
    })
    .get(
      "/api/v1/auth/forward",
      ({ set }) => {
        set.headers["x-auth-user-id"] = user.id;
        set.headers["x-auth-email"] = user.email;
        set.headers["x-auth-username"] = "";
        set.headers["x-auth-roles"] = "user";
      },
      { ...query, response: { 200: Type.Void() } },
    )
    .get("/oauth/userinfo", () => claims, { response: { 200: plainAnswer } })
    .post("/oauth/userinfo", () => claims, {
      body: userinfoBody,
      response: { 200: plainAnswer },
    });
  app.listen({ hostname: "127.0.0.1", port: 0 });
  return app.server?.port;
}

const withHeaders = serve(successSchema, userinfoSchema, { query: conditions }, commonHeaders);
const checked = serve(successSchema, userinfoSchema, { query: conditions }, null);
const uncheckedClaims = Type.Object(userinfoSchema.properties, { noValidate: true });
const unchecked = serve(uncheckedSuccessSchema, uncheckedClaims, {}, null);
console.log(withHeaders, checked, unchecked);
