import { Type } from "@sinclair/typebox";
import { TypeCompiler } from "@sinclair/typebox/compiler";

import { enqueueAlone } from "../../platform/outbox/enqueue.ts";
import { type DeliverMessage, PermanentDeliveryError } from "../../platform/outbox/port.ts";
import { type Context, createContext, type Platform } from "../../platform/platform.ts";
import { canonicalEmail } from "../users/index.ts";

const nullableText = Type.Union([Type.String(), Type.Null()]);

const payload = TypeCompiler.Compile(
  Type.Object({
    email: Type.String(),
    origin: Type.Object({
      requestId: Type.String(),
      ipAddress: nullableText,
      userAgent: nullableText,
    }),
  }),
);

/**
 * Takes note that somebody asked for a mail to an address. Nothing is looked up before the answer: for a known and for an
 * unknown address the same single row is written, and a worker does the rest. Throws `INVALID_EMAIL`.
 */
export async function takeRequest(
  ctx: Context,
  topic: string,
  input: { email: string },
): Promise<void> {
  const email = canonicalEmail(input.email);
  await enqueueAlone(ctx, { topic, key: null, payload: { email, origin: ctx.origin } });
  ctx.outboxWritten();
}

/** Does what `takeRequest` took note of, in the name of whoever asked. `act` is given an address in canonical form. */
export function createRequestDelivery(
  platform: Platform,
  act: (ctx: Context, request: { email: string }) => Promise<void>,
): DeliverMessage {
  return async (message) => {
    const request = message.payload;
    if (!payload.Check(request)) throw new PermanentDeliveryError("not a request");
    const ctx = createContext(platform, { kind: "anonymous" }, request.origin);
    await act(ctx, { email: request.email });
  };
}
