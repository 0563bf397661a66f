import { Elysia } from "elysia";

import { AppError } from "../../../kernel/errors.ts";
import { createReturnCookie } from "../../../platform/http/return-cookie.ts";
import type { RouteKit } from "../../../platform/http/route-kit.ts";
import type { Context, Platform } from "../../../platform/platform.ts";
import { attempt } from "../kit/attempt.ts";
import { emailField } from "../kit/email-field.ts";
import { alert, renderForm } from "../kit/forms.ts";
import { renderPage, showPage } from "../kit/layout.ts";
import { formBody, type Reader, readerOf } from "../kit/page-request.ts";
import { formTargetsOf, returnField, returnToOf } from "../kit/return-to.ts";
import { noMailPage } from "../kit/no-mail.ts";
import { showForLater } from "../kit/try-later.ts";
import { sharedTexts } from "../kit/shared-texts.ts";

/** A form that requests a mail: the path of its page, and the path that it posts the field `email` to. */
export interface MailForm {
  readonly at: string;
  readonly to: string;
  /** The value of its field. */
  readonly email?: string;
  /** Whether the form is shown again because `email` is not an address. */
  readonly isFaulty?: boolean;
  /** Why the form is shown again, for a request that may succeed later. */
  readonly alert?: string;
  /** The text of its button; "Send a new e-mail" if left out. */
  readonly button?: string;
  /** The id of its field, unique on its page; `email` if left out. */
  readonly id?: string;
  /** Where a sign-in leads that follows from the mail. */
  readonly returnTo?: string | null;
}

/** The form that requests a mail, as HTML. */
export function mailForm({ language }: Reader, form: MailForm): string {
  const texts = sharedTexts[language];
  const { at, to, id, email = "", isFaulty = false, button = texts.sendMail } = form;
  const kept = returnField(form.returnTo ?? null);
  const field = emailField(language, { id, email, isFaulty });
  const fields = kept === "" ? field : `${kept}\n${field}`;
  const rendered = renderForm({ at, to, fields, button });
  return form.alert === undefined ? rendered : `${alert(form.alert)}\n${rendered}`;
}

/** The page with the form alone, shown when it must be sent again. */
export function mailFormPage(reader: Reader, form: MailForm): string {
  const { newMail } = sharedTexts[reader.language];
  return renderPage(reader, { title: newMail, body: mailForm(reader, form) });
}

/** The page after a mail was requested. `body` is HTML. */
export function mailboxPage(reader: Reader, body: string): string {
  return renderPage(reader, { title: sharedTexts[reader.language].mailbox, body });
}

/** What a request for a mail was about. */
export interface SentMail {
  readonly email: string;
  readonly returnTo: string | null;
}

/** The request for a new mail: what it does, and its pages. */
export interface NewMail<Path extends string = string> {
  readonly path: Path;
  request(ctx: Context, input: { readonly email: string }): Promise<void>;
  /** The page after the request. It is the same for every address, so that it does not reveal accounts. */
  sentPage(reader: Reader, sent: SentMail): string;
  /** The page that is shown when the form must be sent again; `mailFormPage` if left out. */
  formPage?(reader: Reader, form: MailForm): string;
  /** Whether the link of the mail signs in: the browser then keeps where that leads. */
  readonly keepsReturnTo?: boolean;
}

/** The route of a form that requests a new mail. */
export function newMailRoutes<const Path extends string>({
  kit,
  platform,
  newMail,
}: {
  readonly kit: RouteKit;
  readonly platform: Platform;
  readonly newMail: NewMail<Path>;
}) {
  const returnCookie = createReturnCookie(platform.settings);
  return new Elysia().use(kit).post(
    newMail.path,
    async ({ ctx, body, request, set }) => {
      const reader = readerOf(request, platform.settings);
      if (!reader.sendsMail) return showPage(set, reader, 404, noMailPage(reader));
      const email = body["email"] ?? "";
      const returnTo = returnToOf(platform.settings, body["return_to"]);
      // The page may have a form for the code of the mail, which leads there.
      const shown = { ...reader, formTargets: formTargetsOf(platform.settings, returnTo) };
      const outcome = await attempt(ctx, ["INVALID_EMAIL"], () => newMail.request(ctx, { email }));
      if (!(outcome instanceof AppError)) {
        const isKept = returnTo !== null || returnCookie.read(request) !== null;
        if (newMail.keepsReturnTo === true && isKept) {
          set.headers["set-cookie"] = returnCookie.store(returnTo);
        }
        return showPage(set, shown, 200, newMail.sentPage(reader, { email, returnTo }));
      }
      const form = { at: newMail.path, to: newMail.path, email, returnTo };
      const again = (filled: MailForm): string =>
        newMail.formPage?.(reader, filled) ?? mailFormPage(reader, filled);
      return outcome.code === "INVALID_EMAIL"
        ? showPage(set, shown, 400, again({ ...form, isFaulty: true }))
        : showForLater(set, shown, outcome, (reason) => again({ ...form, alert: reason }));
    },
    { page: true, accepts: "form", body: formBody },
  );
}
