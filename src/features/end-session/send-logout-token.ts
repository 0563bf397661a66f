import type { ClientRecord } from "../clients/index.ts";
import { findClient } from "../clients/index.ts";
import {
  type DeliverMessage,
  ObsoleteMessageError,
  type OutboxMessage,
  PermanentDeliveryError,
} from "../../platform/outbox/port.ts";
import type { Platform } from "../../platform/platform.ts";
import { issueLogoutToken } from "../tokens/index.ts";

/** A client that takes longer is asked again later. */
const timeoutSeconds = 10;

/**
 * Tells a client that a session of one of its users has ended (OpenID Connect Back-Channel Logout 1.0 §2.5). Each attempt has a
 * new token with the same `jti`. A client that responds with 400 or 404 is not asked again.
 */
export function createLogoutDelivery(platform: Platform): DeliverMessage {
  return async (message) => {
    const { clientId, ...session } = readPayload(message);
    const client = await findClient(platform, clientId);
    if (!client?.backchannelLogoutUri) {
      throw new ObsoleteMessageError("the client has no address for it any more");
    }
    const token = issueLogoutToken(platform, client.idTokenSignedResponseAlg, {
      ...session,
      clientId,
      tokenId: message.id,
    });
    const { status } = await platform.httpClient.send({
      url: client.backchannelLogoutUri,
      method: "POST",
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: new URLSearchParams({ logout_token: token }).toString(),
      mayBePrivate: mayBePrivate(platform, client),
      timeoutSeconds,
      discardsBody: true,
    });
    assertAccepted(status);
  };
}

/** Only the operator's own clients may have an address in the operator's network. */
function mayBePrivate({ settings }: Platform, { createdBy }: ClientRecord): boolean {
  const isOfOperator = createdBy === "api" || createdBy === "command";
  return settings.webhookAllowPrivate && isOfOperator;
}

function assertAccepted(status: number): void {
  if (status >= 200 && status < 300) return;
  const reason = `the client responded with ${status}`;
  // It has refused the token (§2.8), or there is no such address.
  if (status === 400 || status === 404) throw new PermanentDeliveryError(reason);
  throw new Error(reason);
}

function readPayload({ payload }: OutboxMessage) {
  const { session_id: sessionId, user_id: userId, client_id: clientId } = payload;
  if (typeof sessionId !== "string" || typeof userId !== "string" || typeof clientId !== "string") {
    throw new PermanentDeliveryError("the message cannot be read");
  }
  return { sessionId, userId, clientId };
}
