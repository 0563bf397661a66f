import { Elysia } from "elysia";

import { AppError, findAppError } from "../../../kernel/errors.ts";
import type { RouteKit } from "../../../platform/http/route-kit.ts";
import type { Platform } from "../../../platform/platform.ts";
import { attempt } from "../kit/attempt.ts";
import { showPage } from "../kit/layout.ts";
import { confirmPage, donePage, failedPage, type LinkPage, type Submission } from "./link-page.ts";
import { formBody, linkQuery, readerOf, tokenOf } from "../kit/page-request.ts";
import { isForLater, showForLater } from "../kit/try-later.ts";

/** The routes of one link page. `GET` reads no account and uses no token; only `POST` does. */
export function linkRoutes<const Path extends string>({
  kit,
  platform,
  page,
}: {
  readonly kit: RouteKit;
  readonly platform: Platform;
  readonly page: LinkPage<Path>;
}) {
  const { settings } = platform;
  return new Elysia()
    .use(kit)
    .get(
      page.path,
      ({ query, request, set }) => {
        const reader = readerOf(request, settings);
        if (query.token === undefined && page.startPage) {
          return showPage(set, 200, page.startPage(reader));
        }
        const token = tokenOf(query);
        return token === null
          ? showPage(set, 400, failedPage(page, reader, "invalid"))
          : showPage(set, 200, confirmPage(page, reader, { token }));
      },
      { page: true, query: linkQuery },
    )
    .post(
      page.path,
      async ({ ctx, body, request, set }) => {
        const reader = readerOf(request, settings);
        const token = body["token"] ?? "";
        const outcome = await submit(page, { ctx, reader, form: body, headers: set.headers });
        if (!(outcome instanceof AppError)) {
          return showPage(set, 200, donePage(page, reader, outcome));
        }
        if (isForLater(outcome)) {
          return showForLater(set, reader, outcome, (reason) =>
            confirmPage(page, reader, { token, alert: reason }),
          );
        }
        if (outcome.code === "FORBIDDEN" && page.otherBrowserPage) {
          return showPage(set, 403, page.otherBrowserPage(reader));
        }
        if (outcome.code === "MFA_REQUIRED" && page.secondFactorPage) {
          return showPage(set, 200, page.secondFactorPage(reader, outcome));
        }
        switch (outcome.code) {
          case "INVALID_TOKEN":
            return showPage(set, 400, failedPage(page, reader, "invalid"));
          case "EXPIRED_TOKEN":
            return showPage(set, 400, failedPage(page, reader, "expired"));
          case "CONFLICT":
            return showPage(set, 409, failedPage(page, reader, "conflict"));
          default:
            return showPage(set, 400, confirmPage(page, reader, { token, error: outcome }));
        }
      },
      { page: true, accepts: "form", body: formBody },
    );
}

/** Uses the token once. A used token that did its work counts as success. */
function submit(page: LinkPage, submission: Submission): Promise<string | null | AppError> {
  const { ctx, form } = submission;
  const { expectedErrors = [], otherBrowserPage } = page;
  const forbidden = otherBrowserPage ? (["FORBIDDEN"] as const) : [];
  const unfinished = page.secondFactorPage ? (["MFA_REQUIRED"] as const) : [];
  const ofToken = ["INVALID_TOKEN", "EXPIRED_TOKEN"] as const;
  const expected = [...ofToken, ...forbidden, ...unfinished, ...expectedErrors];
  return attempt(ctx, expected, async () => {
    try {
      return await page.confirm(submission);
    } catch (error) {
      const isInvalid = findAppError(error)?.code === "INVALID_TOKEN";
      if (isInvalid && (await page.isConfirmed?.(ctx, form["token"] ?? ""))) return null;
      throw error;
    }
  });
}
