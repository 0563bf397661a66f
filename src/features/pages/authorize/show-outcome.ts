import { findLanguage } from "../../../kernel/language.ts";
import { type PageContext, signInAddress } from "../../../platform/http/page-access.ts";
import type { AuthorizationOutcome, Interaction } from "../../authorization/index.ts";
import { type PageResponse, showPage } from "../kit/layout.ts";
import { type Reader, readerOf } from "../kit/page-request.ts";
import { redirectTargets } from "../kit/redirect-targets.ts";
import { seeOther } from "../kit/see-other.ts";
import { consentPage } from "./consent-page.ts";
import { faultPage } from "./fault-page.ts";
import { formPostPage, showFormPost } from "./form-post-page.ts";
import { authorizePath, secondFactorPath } from "./paths.ts";
import { stepUpPage } from "./second-factor-page.ts";
import { hasFactor, type StepUpFault } from "./step-up.ts";

/** A request for a page of an authorization request. */
export interface AuthorizeRequest {
  readonly ctx: PageContext;
  readonly request: Request;
  readonly set: PageResponse;
  /** The path that the page is shown at. */
  readonly at: string;
}

/** Shows what an authorization request led to: a page, or a redirect. */
export async function showOutcome(
  sent: AuthorizeRequest,
  outcome: AuthorizationOutcome,
  fault: StepUpFault = { status: 200 },
): Promise<string> {
  const { ctx, set, at, request } = sent;
  const { publicUrl } = ctx.settings;
  const reader = readerOf(request, ctx.settings);
  switch (outcome.kind) {
    case "page":
      return showPage(set, reader, 400, faultPage(reader, outcome.error));
    case "redirect": {
      if (outcome.mode === "query") return seeOther(set, withQuery(outcome));
      return showFormPost(set, reader, formPostPage(reader, outcome));
    }
    case "sign_in": {
      const address = signInAddress(publicUrl, `${publicUrl}${authorizePath}?${outcome.query}`);
      const hint = outcome.loginHint;
      return seeOther(
        set,
        `${address}${outcome.isForced ? "&prompt=login" : ""}${hint === null ? "" : `&login_hint=${encodeURIComponent(hint)}`}`,
      );
    }
    case "second_factor": {
      const { client, query, proof, redirectUri } = outcome;
      const address = signInAddress(publicUrl, `${publicUrl}${authorizePath}?${query}`);
      const asked = readerFor(reader, outcome);
      const html = stepUpPage(asked, {
        at,
        clientName: client.name,
        hasFactor: ctx.actor.kind === "user" && (await hasFactor(ctx, ctx.actor.userId)),
        to: secondFactorPath,
        kept: { request: query, proof },
        signInAddress: `${address}&prompt=login`,
        ...fault,
      });
      const formTargets = redirectTargets(redirectUri);
      return showPage(set, { ...asked, formTargets }, fault.status, html);
    }
    case "consent": {
      const { client, scopes, resource, query, proof, redirectUri } = outcome;
      const email = ctx.actor.kind === "user" ? ctx.actor.email : "";
      const asked = { clientName: client.name, scopes, resource };
      const page = { at, ...asked, email, redirectUri, query, proof };
      const consenting = readerFor(reader, outcome);
      const formTargets = redirectTargets(redirectUri);
      return showPage(set, { ...consenting, formTargets }, 200, consentPage(consenting, page));
    }
  }
}

/** The reader of a page; `ui_locales` of the request precedes the language of the browser (OpenID Connect Core §3.1.2.1). */
function readerFor(reader: Reader, { uiLocales }: Interaction): Reader {
  const wanted = (uiLocales ?? "").split(" ").map((tag) => findLanguage(tag));
  return { ...reader, language: wanted.find((language) => language !== null) ?? reader.language };
}

/** RFC 6749 §4.1.2: the parameters are added to those that the redirect URI has. */
function withQuery({
  redirectUri,
  fields,
}: {
  readonly redirectUri: string;
  readonly fields: Readonly<Record<string, string>>;
}): string {
  const added = new URLSearchParams(fields).toString();
  return `${redirectUri}${redirectUri.includes("?") ? "&" : "?"}${added}`;
}
