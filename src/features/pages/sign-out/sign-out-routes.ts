import { Type } from "@sinclair/typebox";
import { Elysia } from "elysia";

import type { RouteParts } from "../../../platform/http/route-kit.ts";
import { endBrowserSession } from "../../sessions/index.ts";
import { showPage } from "../kit/layout.ts";
import { formBody, readerOf } from "../kit/page-request.ts";
import { returnToOf, withReturnTo } from "../kit/return-to.ts";
import { seeOther } from "../kit/see-other.ts";
import { signedOutPage, signOutPage, signOutPath } from "./sign-out-page.ts";

const signOutQuery = Type.Object(
  { return_to: Type.Optional(Type.Unknown()) },
  { additionalProperties: true },
);

/** The routes of the page that signs out. Only its button does; a link of another website cannot. */
export function signOutRoutes({ kit, platform, cookie }: RouteParts) {
  const { settings } = platform;
  return new Elysia()
    .use(kit)
    .get(
      signOutPath,
      ({ ctx, query, request, set }) => {
        const reader = readerOf(request, settings);
        const returnTo = returnToOf(settings, query.return_to);
        if (ctx.actor.kind !== "user")
          return showPage(set, reader, 200, signedOutPage(reader, returnTo));
        const { email } = ctx.actor;
        return showPage(set, reader, 200, signOutPage(reader, { email, returnTo }));
      },
      { page: true, query: signOutQuery },
    )
    .post(
      signOutPath,
      async ({ ctx, body, set }) => {
        await endBrowserSession(ctx);
        cookie.clear(set.headers);
        const returnTo = returnToOf(settings, body["return_to"]);
        return seeOther(set, `${settings.publicUrl}${withReturnTo(signOutPath, returnTo)}`);
      },
      { page: true, accepts: "form", body: formBody },
    );
}
