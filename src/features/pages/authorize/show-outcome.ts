import { findLanguage } from "../../../kernel/language.ts";
import { type PageContext, signInAddress } from "../../../platform/http/page-access.ts";
import type { AuthorizationOutcome, Interaction } from "../../authorization/index.ts";
import { findFactor } from "../../mfa/index.ts";
import { type PageResponse, showPage } from "../kit/layout.ts";
import { type Reader, readerOf } from "../kit/page-request.ts";
import { redirectTargets } from "../kit/redirect-targets.ts";
import { seeOther } from "../kit/see-other.ts";
import { consentPage } from "./consent-page.ts";
import { faultPage } from "./fault-page.ts";
import { formPostPage, showFormPost } from "./form-post-page.ts";
import { authorizePath } from "./paths.ts";
import { stepUpPage } from "./second-factor-page.ts";

/** A request for a page of an authorization request. */
export interface AuthorizeRequest {
  readonly ctx: PageContext;
  readonly request: Request;
  readonly set: PageResponse;
  /** The path that the page is shown at. */
  readonly at: string;
}

/** What was wrong with the last attempt to prove the second factor. */
export interface StepUpFault {
  readonly isFaulty?: boolean;
  readonly alert?: string;
  readonly status: number;
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
        hasFactor: await hasFactor(ctx),
        query,
        proof,
        signInAddress: `${address}&prompt=login`,
        ...fault,
      });
      const formTargets = redirectTargets(redirectUri);
      return showPage(set, { ...asked, formTargets }, fault.status, html);
    }
    case "consent": {
      const { client, scopes, query, proof, redirectUri } = outcome;
      const email = ctx.actor.kind === "user" ? ctx.actor.email : "";
      const page = { at, clientName: client.name, scopes, email, redirectUri, query, proof };
      const asked = readerFor(reader, outcome);
      const formTargets = redirectTargets(redirectUri);
      return showPage(set, { ...asked, formTargets }, 200, consentPage(asked, page));
    }
  }
}

/** The reader of a page; `ui_locales` of the request precedes the language of the browser (OpenID Connect Core §3.1.2.1). */
function readerFor(reader: Reader, { uiLocales }: Interaction): Reader {
  const wanted = (uiLocales ?? "").split(" ").map((tag) => findLanguage(tag));
  return { ...reader, language: wanted.find((language) => language !== null) ?? reader.language };
}

async function hasFactor(ctx: PageContext): Promise<boolean> {
  if (ctx.actor.kind !== "user") return false;
  return (await findFactor(ctx, ctx.actor.userId))?.isConfirmed === true;
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
