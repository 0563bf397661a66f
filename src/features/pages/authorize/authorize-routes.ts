import { Elysia } from "elysia";

import type { UserActor } from "../../../kernel/context.ts";
import { isNavigation } from "../../../platform/http/navigation.ts";
import { refuseHead } from "../../../platform/http/refuse-head.ts";
import type { PageContext } from "../../../platform/http/page-access.ts";
import type { RouteParts } from "../../../platform/http/route-kit.ts";
import type { Context } from "../../../platform/platform.ts";
import { authorize, deny, isProof } from "../../authorization/index.ts";
import { giveConsent } from "../../consents/index.ts";
import { formBody, readerOf } from "../kit/page-request.ts";
import { seeOther } from "../kit/see-other.ts";
import { authorizePath, decisionPath, secondFactorPath } from "./paths.ts";
import { showOutcome } from "./show-outcome.ts";
import { stepUp } from "./step-up.ts";

/** The authorization endpoint (RFC 6749 §3.1) and the forms of its pages. */
export function authorizeRoutes({ kit, platform }: Pick<RouteParts, "kit" | "platform">) {
  const { settings } = platform;
  // The query is what a form sent: as a URL, no character of it is one that a header cannot have.
  const addressOf = (query: string) =>
    new URL(`${settings.publicUrl}${authorizePath}?${query}`).href;
  return new Elysia()
    .use(kit)
    .get(
      authorizePath,
      async ({ ctx, request, set }) => {
        refuseHead(request);
        const shown = { ctx, request, set, at: authorizePath };
        const isShown = isNavigation(request);
        return showOutcome(shown, await authorize(ctx, queryOf(request), { isShown }));
      },
      { page: true },
    )
    .post(
      authorizePath,
      // Another website may post this (OpenID Connect Core §3.1.2.1): the browser sends its cookie only with the GET.
      ({ body, set }) => seeOther(set, addressOf(new URLSearchParams(body).toString())),
      { anyone: true, accepts: "form", body: formBody, detail: { hide: true } },
    )
    .post(
      decisionPath,
      async ({ ctx, body, request, set }) => {
        const query = body["request"] ?? "";
        const shown = { ctx, request, set, at: decisionPath };
        const user = userOf(ctx, query, body["proof"] ?? "");
        if (user === null) return seeOther(set, addressOf(query));
        if (body["decision"] !== "allow") return showOutcome(shown, await deny(ctx, query));
        const outcome = await authorize(ctx, query, { isPosted: true });
        if (outcome.kind !== "consent") return showOutcome(shown, outcome);
        const { client, scopes, resource } = outcome;
        await giveConsent(user, { clientId: client.clientId, scopes, resource });
        return showOutcome(shown, await authorize(ctx, query, { isAllowed: true, isPosted: true }));
      },
      { page: true, accepts: "form", body: formBody },
    )
    .post(
      secondFactorPath,
      async ({ ctx, body, request, set }) => {
        const query = body["request"] ?? "";
        const user = userOf(ctx, query, body["proof"] ?? "");
        if (user === null) return seeOther(set, addressOf(query));
        const fault = await stepUp(user, readerOf(request, settings), body["code"]);
        if (fault === null) return seeOther(set, addressOf(query));
        const shown = { ctx, request, set, at: secondFactorPath };
        return showOutcome(shown, await authorize(ctx, query), fault);
      },
      { page: true, accepts: "form", body: formBody },
    );
}

function queryOf({ url }: Request): string {
  const start = url.indexOf("?");
  return start === -1 ? "" : url.slice(start + 1);
}

/** The context of the user to whom a page of this request was shown; null for a form that this user's page did not post. */
function userOf(ctx: PageContext, query: string, proof: string): Context<UserActor> | null {
  if (!isOfUser(ctx)) return null;
  const { sessionId } = ctx.actor;
  return isProof(ctx, { sessionId, query, proof }) ? ctx : null;
}

function isOfUser(ctx: PageContext): ctx is PageContext & Context<UserActor> {
  return ctx.actor.kind === "user";
}
