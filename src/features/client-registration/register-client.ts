import type { Static } from "@sinclair/typebox";

import { equalInConstantTime, sha256 } from "../../kernel/bytes.ts";
import { numericDate } from "../../kernel/clock.ts";
import { AppError } from "../../kernel/errors.ts";
import { BearerError, OAuthError } from "../../kernel/oauth-error.ts";
import type { Context } from "../../platform/platform.ts";
import { type ClientWithSecret, createClient } from "../clients/index.ts";
import { addressSource, limits, spendOrReject } from "../limits/index.ts";
import type { registrationSchema } from "./model.ts";
import { type ClientMetadata, ClientMetadataError, readMetadata } from "./read-metadata.ts";

/**
 * Asserts that a request with this bearer token, or with none, may register clients (RFC 7591 §3). Throws `NOT_FOUND` where
 * registration is off, and `invalid_token`.
 */
export function assertMayRegister({ settings }: Context, token: string | null): void {
  const { clientRegistration, clientRegistrationToken: right } = settings;
  if (clientRegistration === "open") return;
  if (clientRegistration === "off" || right === null) {
    throw new AppError("NOT_FOUND", "Clients cannot be registered here.");
  }
  if (!equalInConstantTime(sha256(token ?? ""), sha256(right))) {
    throw new BearerError("invalid_token", "Send the initial access token as a bearer token.");
  }
}

/**
 * Registers a client with what it says of itself (RFC 7591 §3.1). Throws `invalid_redirect_uri`, `invalid_client_metadata`,
 * `RATE_LIMITED`.
 */
export async function registerClient(
  ctx: Context,
  metadata: ClientMetadata,
): Promise<Static<typeof registrationSchema>> {
  const source = addressSource(ctx);
  await spendOrReject(ctx, [{ limit: limits.clientRegistrationByAddress, source }]);
  try {
    const settings = readMetadata(ctx.settings, metadata, "client_secret_basic");
    return viewRegistration(await createClient(ctx, settings, "registration"));
  } catch (error) {
    throw toRegistrationError(error);
  }
}

/** RFC 7591 §3.2.2 */
function toRegistrationError(error: unknown): unknown {
  if (error instanceof ClientMetadataError) {
    return new OAuthError("invalid_client_metadata", error.message);
  }
  const [fault] = error instanceof AppError ? (error.detail.faults ?? []) : [];
  if (fault === undefined) return error;
  const isOfUri = fault.field === "redirect_uris";
  const code = isOfUri ? "invalid_redirect_uri" : "invalid_client_metadata";
  return new OAuthError(code, `${fault.field}: ${fault.issue}`);
}

/** RFC 7591 §3.2.1: everything that was registered, as it was registered. */
function viewRegistration({ client, secret }: ClientWithSecret): Static<typeof registrationSchema> {
  const { jwks, jwksUri, backchannelLogoutUri } = client;
  return {
    client_id: client.clientId,
    client_id_issued_at: numericDate(client.createdAt),
    ...(secret === null ? {} : { client_secret: secret, client_secret_expires_at: 0 }),
    client_name: client.name,
    redirect_uris: client.redirectUris,
    token_endpoint_auth_method: client.tokenEndpointAuthMethod,
    grant_types: client.grantTypes,
    response_types: client.grantTypes.includes("authorization_code") ? ["code"] : [],
    scope: client.scopes.join(" "),
    id_token_signed_response_alg: client.idTokenSignedResponseAlg,
    post_logout_redirect_uris: client.postLogoutRedirectUris,
    backchannel_logout_session_required: client.backchannelLogoutSessionRequired,
    ...(backchannelLogoutUri === null ? {} : { backchannel_logout_uri: backchannelLogoutUri }),
    ...(jwks === null ? {} : { jwks: { keys: [...jwks.keys] } }),
    ...(jwksUri === null ? {} : { jwks_uri: jwksUri }),
  };
}
