import { Type } from "@sinclair/typebox";
import { Elysia } from "elysia";

import type { RefreshCookie } from "../../../platform/http/refresh-cookie.ts";
import type { RouteKit } from "../../../platform/http/route-kit.ts";
import type { Platform } from "../../../platform/platform.ts";
import { requestMagicLink } from "../../magic-links/index.ts";
import type { TokenResponse } from "../../tokens/index.ts";
import type { Reader } from "../language.ts";
import { formField, linkQuery, tokenOf } from "../link-query.ts";
import { isPostedByUs } from "../posted-by-us.ts";
import { pressSendMail } from "../press-button.ts";
import { type Outgoing, readerOf, showPage } from "../show-page.ts";
import {
  askedPage,
  askMagicLinkPath,
  codePage,
  failedPage,
  linkPage,
  magicCodePath,
  magicLinkPath,
  signedInPage,
  signInPage,
} from "./pages.ts";
import { pressEnterCode, pressSignIn } from "./press.ts";

/** The page to sign in on by a mailed link or code. Opened without a link, it is the page to ask for one. */
export function magicLinkPages(kit: RouteKit, { settings }: Platform, cookie: RefreshCookie) {
  function showSignedIn(set: Outgoing, reader: Reader, tokens: TokenResponse): string {
    const { access_token: accessToken, refresh_token: refreshToken } = cookie.deliver(
      set.headers,
      tokens,
    );
    const shown = refreshToken === undefined ? null : { accessToken, refreshToken };
    return showPage(set, 200, signedInPage(reader, shown));
  }

  return new Elysia({ detail: { hide: true } })
    .use(kit)
    .get(
      magicLinkPath,
      ({ query, request, set }) => {
        const reader = readerOf(request, settings);
        if (query.token === undefined) {
          return showPage(set, 200, signInPage(reader, { at: magicLinkPath }));
        }
        const token = tokenOf(query);
        return token === null
          ? showPage(set, 400, failedPage(reader, "invalid"))
          : showPage(set, 200, linkPage(reader, { token }));
      },
      { anyone: true, query: linkQuery },
    )
    .post(
      magicLinkPath,
      async ({ ctx, body, request, set }) => {
        const reader = readerOf(request, settings);
        const { token = "" } = body;
        if (!isPostedByUs(request, settings.publicUrl)) {
          return showPage(set, 403, linkPage(reader, { token, fault: "foreign" }));
        }
        const outcome = await pressSignIn(ctx, token);
        if (outcome === "away") {
          return showPage(set, 503, linkPage(reader, { token, fault: outcome }));
        }
        return typeof outcome === "string"
          ? showPage(set, 400, failedPage(reader, outcome))
          : showSignedIn(set, reader, outcome);
      },
      { anyone: true, accepts: "form", body: Type.Object({ token: formField }) },
    )
    .post(
      magicCodePath,
      async ({ ctx, body, request, set }) => {
        const reader = readerOf(request, settings);
        const { email = "", code = "" } = body;
        if (!isPostedByUs(request, settings.publicUrl)) {
          return showPage(set, 403, codePage(reader, { email, fault: "foreign" }));
        }
        const outcome = await pressEnterCode(ctx, { email, code });
        if (typeof outcome !== "string") return showSignedIn(set, reader, outcome);
        const status = outcome === "away" ? 503 : 400;
        return showPage(set, status, codePage(reader, { email, fault: outcome }));
      },
      { anyone: true, accepts: "form", body: Type.Object({ email: formField, code: formField }) },
    )
    .post(
      askMagicLinkPath,
      async ({ ctx, body, request, set }) => {
        const reader = readerOf(request, settings);
        const { email = "" } = body;
        const outcome = await pressSendMail(ctx, () => requestMagicLink(ctx, { email }));
        if (outcome === "done") return showPage(set, 200, askedPage(reader, email));
        const status = outcome === "away" ? 503 : 400;
        const page = signInPage(reader, { at: askMagicLinkPath, email, fault: outcome });
        return showPage(set, status, page);
      },
      { anyone: true, accepts: "form", body: Type.Object({ email: formField }) },
    );
}
