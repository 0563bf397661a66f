import { Elysia } from "elysia";

import { createBindingCookie } from "../../platform/http/binding-cookie.ts";
import { success, successSchema } from "../../platform/http/envelope.ts";
import { browserOf } from "./browser.ts";
import { linkBody, linkParams, linkStartedSchema } from "./model.ts";
import type { SocialLoginParts } from "./routes.ts";
import { createSocialLogin } from "./social-login.ts";
import { startLink } from "./start-link.ts";

/** Linking identities at providers to the signed-in user's account. */
export function identityLinkRoutes({ kit, platform, providers }: Omit<SocialLoginParts, "cookie">) {
  const social = createSocialLogin(platform, providers);
  const bindingCookie = createBindingCookie(platform.settings);
  return new Elysia({ prefix: "/api/v1/users/me/identities" }).use(kit).post(
    // The name is that of the other routes of this path: two names for one segment are no valid OpenAPI.
    "/:id",
    async ({ ctx, params, body, request, set }) => {
      const browser = browserOf(request, bindingCookie);
      const redirectUri = body?.redirect_uri;
      const input = { provider: params.id, redirectUri, browser };
      const { authorizeUrl, binding } = await startLink(ctx, social, input);
      set.headers["set-cookie"] = bindingCookie.store(binding.value, binding.mode);
      return success({ authorize_url: authorizeUrl }, ctx.clock.now());
    },
    {
      signedIn: true,
      accepts: "json",
      params: linkParams,
      body: linkBody,
      failsWith: ["NOT_FOUND", "REAUTHENTICATION_REQUIRED"],
      response: { 200: successSchema(linkStartedSchema) },
      detail: {
        operationId: "startIdentityLink",
        tags: ["Identities"],
        summary: "Link an identity at a provider",
        description:
          "Requires a sign-in within the last ten minutes. Open `authorize_url` in the user's browser, within ten minutes and once. If the browser does not say which page led there, a page asks the user first. With `redirect_uri` the browser then continues there with `?linked=` and the provider's name.",
      },
    },
  );
}
