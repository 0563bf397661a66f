import type { Context } from "../../platform/platform.ts";
import { bindToDevice } from "../devices/index.ts";
import { createMailRequests, mailLinkAndCode } from "../email-challenges/index.ts";

/** Requests for a link and a code to sign in with. */
export const magicLinkRequests = createMailRequests({
  topic: "magic-link-request",
  purpose: "magic-link",
  action: "user.magic_link_requested",
  effectsOf(ctx, recipient) {
    const linkTtlSeconds = ctx.settings.magicLinkTtlSeconds;
    const { challenge, mail } = mailLinkAndCode(ctx, recipient, {
      kind: "magic-link",
      linkTtlSeconds,
    });
    return [challenge, mail];
  },
});

/**
 * Accepts a request for a mail to sign in with, with the same response for every address. If a browser that keeps cookies sent it,
 * the link works in that browser alone; the code works in any. Throws `INVALID_EMAIL`, `RATE_LIMITED`.
 */
export function requestMagicLink(
  ctx: Context,
  { email }: { readonly email: string },
): Promise<void> {
  return magicLinkRequests.request(ctx, { email, deviceHash: bindToDevice(ctx) });
}
