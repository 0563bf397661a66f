import { Elysia } from "elysia";

import { findBearerToken } from "../../platform/http/bearer.ts";
import type { RouteParts } from "../../platform/http/route-kit.ts";
import {
  assertMayRegister,
  clientMetadataSchema,
  registerClient,
  registrationSchema,
} from "../client-registration/index.ts";

/** The client registration endpoint (RFC 7591). */
export function clientRegistrationRoutes({ kit }: Pick<RouteParts, "kit">) {
  return new Elysia({ prefix: "/oauth" }).use(kit).post(
    "/register",
    async ({ ctx, body, headers, set }) => {
      assertMayRegister(ctx, findBearerToken(headers["authorization"] ?? null));
      const registered = await registerClient(ctx, body);
      set.status = 201;
      return registered;
    },
    {
      anyone: true,
      accepts: "json",
      body: clientMetadataSchema,
      failsWith: ["AUTHENTICATION_REQUIRED", "NOT_FOUND"],
      response: { 201: registrationSchema },
      detail: {
        operationId: "registerClient",
        tags: ["OAuth 2.0"],
        summary: "Register a client",
        description:
          "RFC 7591, where `CLIENT_REGISTRATION` allows it: with `token`, the initial access token is sent as a bearer token. Users of such a client are always asked for consent.",
      },
    },
  );
}
