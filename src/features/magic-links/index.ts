export { isRepeatedUse } from "./is-repeated-use.ts";
export { magicLinkRequests, requestMagicLink } from "./request-magic-link.ts";
export { magicLinksRoutes } from "./routes.ts";
export { signInByCode, signInByLink } from "./sign-in-by-mail.ts";
