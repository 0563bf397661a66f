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

/** Accepts a request for a mail to sign in with, with the same response for every address. Throws `INVALID_EMAIL`. */
export const requestMagicLink = magicLinkRequests.request;
