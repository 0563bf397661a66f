import { Elysia } from "elysia";

import type { RouteParts } from "../../platform/http/route-kit.ts";
import { findAuthorizingClient } from "../client-registration/index.ts";
import { authenticateClient } from "../clients/index.ts";
import { startDeviceAuthorization } from "../device-authorization/index.ts";
import { deviceAuthorizationBody, deviceAuthorizationSchema } from "./model.ts";

/** The device authorization endpoint (RFC 8628 §3.1). */
export function deviceAuthorizationRoutes({ kit }: Pick<RouteParts, "kit">) {
  return new Elysia({ prefix: "/oauth" }).use(kit).post(
    "/device_authorization",
    async ({ ctx, body, headers }) => {
      if (body.client_id !== undefined) await findAuthorizingClient(ctx, body.client_id);
      const client = await authenticateClient(ctx, {
        authorization: headers["authorization"] ?? null,
        parameters: body,
        path: "/oauth/device_authorization",
      });
      const started = await startDeviceAuthorization(ctx, client, body);
      const { userCode, verificationUri } = started;
      return {
        device_code: started.deviceCode,
        user_code: userCode,
        verification_uri: verificationUri,
        verification_uri_complete: `${verificationUri}?user_code=${userCode}`,
        expires_in: started.expiresInSeconds,
        interval: started.intervalSeconds,
      };
    },
    {
      anyone: true,
      accepts: "form",
      body: deviceAuthorizationBody,
      response: { 200: deviceAuthorizationSchema },
      detail: {
        operationId: "startDeviceAuthorization",
        tags: ["OAuth 2.0"],
        summary: "Begin the authorization of a device",
        description:
          "RFC 8628, for devices without a browser: the user enters `user_code` at `verification_uri`, and the device asks `/oauth/token` for its tokens meanwhile.",
        security: [{ client: [] }],
      },
    },
  );
}
