import { Type } from "@sinclair/typebox";
import { Elysia } from "elysia";

import { AppError } from "../../../kernel/errors.ts";
import { createBindingCookie } from "../../../platform/http/binding-cookie.ts";
import { errorStatus } from "../../../platform/http/error-status.ts";
import type { RouteKit } from "../../../platform/http/route-kit.ts";
import type { Context, Platform } from "../../../platform/platform.ts";
import {
  browserOf,
  type DescribedLink,
  describeLink,
  type SocialLogin,
  startAtProvider,
} from "../../social-login/index.ts";
import { attempt } from "../kit/attempt.ts";
import { alert, hiddenField, paragraph, renderForm } from "../kit/forms.ts";
import { type PageResponse, renderPage, showPage } from "../kit/layout.ts";
import { formBody, type Reader, readerOf } from "../kit/page-request.ts";
import { providerName } from "../kit/provider-names.ts";
import { isForLater, showForLater } from "../kit/try-later.ts";
import { wayOn } from "../kit/way-on.ts";
import { accountTexts } from "./account-texts.ts";
import { continuePage } from "./continue-page.ts";
import { backLink } from "./fault-pages.ts";

const path = "/account/providers/confirm";

/**
 * The page that asks before it links an identity through an address that may have been sent by another person: the identity would
 * open that person's account. It names the provider and the account. No sign-in is needed: the application has that.
 */
export function confirmLinkRoutes({
  kit,
  platform,
  social,
}: {
  readonly kit: RouteKit;
  readonly platform: Platform;
  readonly social: SocialLogin;
}) {
  const { settings } = platform;
  const bindingCookie = createBindingCookie(settings);
  const ticketQuery = Type.Object(
    { ticket: Type.Optional(Type.Unknown()) },
    { additionalProperties: true },
  );

  /** The page for a ticket, or the error while it cannot be read. */
  async function showTicket(ctx: Context, reader: Reader, set: PageResponse, ticket: string) {
    const link = await attempt(ctx, [], () => describeLink(ctx, social, ticket));
    if (link instanceof AppError) {
      return showForLater(set, reader, link, (reason) =>
        confirmPage(reader, { ticket, link: null, reason }),
      );
    }
    if (link === null) return showPage(set, reader, 400, confirmPage(reader, { ticket, link }));
    const isOther = ctx.actor.kind === "user" && ctx.actor.userId !== link.userId;
    const status = isOther ? 403 : 200;
    return showPage(set, reader, status, confirmPage(reader, { ticket, link, isOther }));
  }

  return new Elysia({ detail: { hide: true } })
    .use(kit)
    .get(
      path,
      ({ ctx, query, request, set }) => {
        const ticket = typeof query.ticket === "string" ? query.ticket : "";
        return showTicket(ctx, readerOf(request, settings), set, ticket);
      },
      { page: true, query: ticketQuery },
    )
    .post(
      path,
      async ({ ctx, body, request, set }) => {
        const reader = readerOf(request, settings);
        const ticket = body["ticket"] ?? "";
        const link = await attempt(ctx, [], () => describeLink(ctx, social, ticket));
        const isOther =
          ctx.actor.kind === "user" &&
          !(link instanceof AppError) &&
          ctx.actor.userId !== link?.userId;
        if (link === null || link instanceof AppError || isOther) {
          return showTicket(ctx, reader, set, ticket);
        }
        const { provider } = link;
        const started = await attempt(ctx, ["VALIDATION_ERROR", "FORBIDDEN", "NOT_FOUND"], () =>
          startAtProvider(ctx, social, {
            provider,
            parameters: { ticket },
            browser: browserOf(request, bindingCookie),
            isConfirmed: true,
          }),
        );
        if (started instanceof AppError) {
          const { unavailable } = accountTexts[reader.language].linkFaults;
          const isDown = started.code === "UNAVAILABLE";
          return isForLater(started)
            ? showForLater(set, reader, started, (reason) =>
                confirmPage(reader, { ticket, link, reason: isDown ? unavailable : reason }),
              )
            : showPage(
                set,
                reader,
                errorStatus[started.code],
                confirmPage(reader, { ticket, link: null }),
              );
        }
        const { location, binding } = started;
        set.headers["set-cookie"] = bindingCookie.store(binding.value, binding.mode);
        const page = continuePage(reader, { location, provider, headers: set.headers });
        return showPage(set, reader, 200, renderPage(reader, page));
      },
      { page: true, accepts: "form", body: formBody },
    );
}

/** The page: the question, why it cannot be asked, or why there is nothing to ask. */
export function confirmPage(
  reader: Reader,
  {
    ticket,
    link,
    isOther = false,
    reason,
  }: {
    readonly ticket: string;
    /** Null for a ticket that is not valid. */
    readonly link: DescribedLink | null;
    /** Whether another user than that of the link is signed in. */
    readonly isOther?: boolean;
    readonly reason?: string;
  },
): string {
  const texts = accountTexts[reader.language].confirmLink;
  const alerts = reason === undefined ? [] : [alert(reason)];
  if (link === null) {
    const why = reason === undefined ? [paragraph(texts.invalidText)] : [];
    const body = [...alerts, ...why, wayOn(reader)];
    return renderPage(reader, { title: texts.invalid, body: body.join("\n") });
  }
  const name = providerName(link.provider);
  const title = texts.title(name);
  if (isOther) {
    return renderPage(reader, {
      title,
      body: `${alert(texts.other(link.email))}\n${backLink(reader, path)}`,
    });
  }
  const fields = hiddenField("ticket", ticket);
  return renderPage(reader, {
    title,
    body: [
      ...alerts,
      paragraph(texts.text(name, link.email)),
      paragraph(texts.warning),
      renderForm({ at: path, to: path, fields, button: texts.button(name) }),
    ].join("\n"),
  });
}
