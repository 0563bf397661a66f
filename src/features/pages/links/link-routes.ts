import { Elysia } from "elysia";

import { AppError, findAppError } from "../../../kernel/errors.ts";
import type { RouteKit } from "../../../platform/http/route-kit.ts";
import type { Platform } from "../../../platform/platform.ts";
import { attempt } from "../kit/attempt.ts";
import { showPage } from "../kit/layout.ts";
import { noMailPage } from "../kit/no-mail.ts";
import { formBody, linkQuery, type Reader, readerOf, tokenOf } from "../kit/page-request.ts";
import { formTargetsOf, returnToOf } from "../kit/return-to.ts";
import { isForLater, showForLater } from "../kit/try-later.ts";
import {
  confirmPage,
  donePage,
  failedPage,
  type LinkPage,
  type ShownLink,
  type Submission,
} from "./link-page.ts";

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
        const returnTo = returnToOf(settings, query.return_to);
        const reader = readerOf(request, settings);
        const { status, html } = openedLink(page, reader, { query, returnTo });
        const formTargets = formTargetsOf(settings, returnTo);
        return showPage(set, { ...reader, formTargets }, status, html);
      },
      { page: true, query: linkQuery },
    )
    .post(
      page.path,
      async ({ ctx, body, request, set }) => {
        const reader = readerOf(request, settings);
        const token = body["token"] ?? "";
        const outcome = await submit(page, { ctx, form: body });
        if (outcome === null) return showPage(set, reader, 200, donePage(page, reader));
        if (isForLater(outcome)) {
          return showForLater(set, reader, outcome, (reason) =>
            confirmPage(page, reader, { token, alert: reason }),
          );
        }
        switch (outcome.code) {
          case "INVALID_TOKEN":
            return showPage(set, reader, 400, failedPage(page, reader, "invalid"));
          case "EXPIRED_TOKEN":
            return showPage(set, reader, 400, failedPage(page, reader, "expired"));
          case "CONFLICT":
            return showPage(set, reader, 409, failedPage(page, reader, "conflict"));
          default:
            return showPage(set, reader, 400, confirmPage(page, reader, { token, error: outcome }));
        }
      },
      { page: "visitor", accepts: "form", body: formBody },
    );
}

/** What a link leads to: the form with its token, or the page without one. */
export function openedLink(
  page: ShownLink,
  reader: Reader,
  {
    query,
    returnTo,
  }: { readonly query: { readonly token?: unknown }; readonly returnTo: string | null },
): { readonly status: 200 | 400 | 404; readonly html: string } {
  if (query.token === undefined && page.startPage) {
    if (!reader.sendsMail) return { status: 404, html: noMailPage(reader) };
    return { status: 200, html: page.startPage(reader, returnTo) };
  }
  const token = tokenOf(query);
  return token === null
    ? { status: 400, html: failedPage(page, reader, "invalid") }
    : { status: 200, html: confirmPage(page, reader, { token }) };
}

/** Uses the token once; null for success. A used token that did its work counts as success. */
async function submit(page: LinkPage, submission: Submission): Promise<AppError | null> {
  const { ctx, form } = submission;
  const expected = ["INVALID_TOKEN", "EXPIRED_TOKEN", ...(page.expectedErrors ?? [])] as const;
  const outcome = await attempt(ctx, expected, async () => {
    try {
      await page.confirm(submission);
    } catch (error) {
      const isInvalid = findAppError(error)?.code === "INVALID_TOKEN";
      if (isInvalid && (await page.isConfirmed?.(ctx, form["token"] ?? ""))) return;
      throw error;
    }
  });
  return outcome instanceof AppError ? outcome : null;
}
