import { Elysia } from "elysia";

import { refuseHead } from "../../../platform/http/refuse-head.ts";
import type { PageContext } from "../../../platform/http/page-access.ts";
import type { RouteParts } from "../../../platform/http/route-kit.ts";
import { type EndSessionOutcome, endUserSession } from "../../end-session/index.ts";
import { type PageResponse, showPage } from "../kit/layout.ts";
import { formBody, readerOf } from "../kit/page-request.ts";
import { redirectTargets } from "../kit/redirect-targets.ts";
import { seeOther } from "../kit/see-other.ts";
import { askPage, confirmPath, endSessionPath, faultPage, signedOutPage } from "./pages.ts";

/** The end session endpoint (OpenID Connect RP-Initiated Logout 1.0 §2) and the form of its page. */
export function endSessionRoutes({ kit, platform }: Pick<RouteParts, "kit" | "platform">) {
  const { settings } = platform;
  return new Elysia()
    .use(kit)
    .get(
      endSessionPath,
      async ({ ctx, request, set }) => {
        refuseHead(request);
        const query = queryOf(request);
        const shown = { ctx, request, set, at: endSessionPath, query };
        return show(shown, await endUserSession(ctx, query));
      },
      { page: true },
    )
    .post(
      endSessionPath,
      // Another website may post this (§2): the browser sends its cookie only with the GET.
      ({ body, set }) => {
        const query = new URLSearchParams(body).toString();
        return seeOther(set, `${settings.publicUrl}${endSessionPath}?${query}`);
      },
      { anyone: true, accepts: "form", body: formBody, detail: { hide: true } },
    )
    .post(
      confirmPath,
      async ({ ctx, body, request, set }) => {
        const query = body["request"] ?? "";
        const shown = { ctx, request, set, at: confirmPath, query };
        return show(shown, await endUserSession(ctx, query, true));
      },
      { page: true, accepts: "form", body: formBody },
    );
}

interface Shown {
  readonly ctx: PageContext;
  readonly request: Request;
  readonly set: PageResponse;
  readonly at: string;
  readonly query: string;
}

function show({ ctx, request, set, at, query }: Shown, outcome: EndSessionOutcome): string {
  const reader = readerOf(request, ctx.settings);
  if (outcome.kind === "page") return showPage(set, reader, 400, faultPage(reader));
  if (outcome.kind === "ask") {
    const { clientName, redirectUri } = outcome;
    const formTargets = redirectUri === null ? [] : redirectTargets(redirectUri);
    return showPage(
      set,
      { ...reader, formTargets },
      200,
      askPage(reader, { at, clientName, query }),
    );
  }
  const { address } = outcome;
  return address === null
    ? showPage(set, reader, 200, signedOutPage(reader))
    : seeOther(set, address);
}

function queryOf({ url }: Request): string {
  const start = url.indexOf("?");
  return start === -1 ? "" : url.slice(start + 1);
}
