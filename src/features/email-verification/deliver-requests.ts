import { Type } from "@sinclair/typebox";
import { TypeCompiler } from "@sinclair/typebox/compiler";

import { type DeliverMessage, PermanentDeliveryError } from "../../platform/outbox/port.ts";
import { createContext, type Platform } from "../../platform/platform.ts";
import { sendVerification } from "./request-verification.ts";

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

/** Does what `requestVerification` took note of, in the name of whoever asked. */
export function createVerificationRequestDelivery(platform: Platform): DeliverMessage {
  return async (message) => {
    const request = message.payload;
    if (!payload.Check(request)) throw new PermanentDeliveryError("not a request");
    const ctx = createContext(platform, { kind: "anonymous" }, request.origin);
    await sendVerification(ctx, { email: request.email });
  };
}
