import { Elysia } from "elysia";

import { AppError } from "../../../kernel/errors.ts";
import { errorStatus } from "../../../platform/http/error-status.ts";
import type { RouteKit } from "../../../platform/http/route-kit.ts";
import type { Platform } from "../../../platform/platform.ts";
import { findOwnSecurity } from "../../own-account/index.ts";
import { attempt } from "../kit/attempt.ts";
import { bindForms, isShownTo, otherUserPage } from "../kit/bound-forms.ts";
import { relativePath } from "../kit/forms.ts";
import { type PageResponse, renderPage, showPage } from "../kit/layout.ts";
import { formBody, readerOf } from "../kit/page-request.ts";
import { seeOther } from "../kit/see-other.ts";
import { isForLater, showForLater } from "../kit/try-later.ts";
import {
  type AccountForm,
  accountPath,
  type Outcome,
  type ShownForm,
  type Submission,
} from "./account-form.ts";
import { accountTexts } from "./account-texts.ts";
import { formPage, notFoundPage, unavailablePage } from "./fault-pages.ts";
import { reauthenticatePath } from "./reauthenticate.ts";

/** The route that a form posts to. After a fault its page shows the form again; after a success, the account page follows. */
export function accountFormRoutes({
  kit,
  platform,
  form,
}: {
  readonly kit: RouteKit;
  readonly platform: Platform;
  readonly form: AccountForm;
}) {
  const { settings } = platform;
  const { path } = form;
  return new Elysia({ detail: { hide: true } }).use(kit).post(
    path,
    async ({ ctx, body, request, set }) => {
      const reader = readerOf(request, settings);
      if (!isShownTo(ctx.actor, body)) {
        const { email } = ctx.actor;
        return showPage(set, reader, 409, otherUserPage(reader, { at: path, email }));
      }
      const security = await attempt(ctx, [], () => findOwnSecurity(ctx));
      if (security instanceof AppError) {
        return showForLater(set, reader, security, (reason) =>
          unavailablePage(reader, path, reason),
        );
      }
      const submission = { ctx, reader, form: body, request, headers: set.headers };
      const outcome = await submit(form, submission);
      if (!(outcome instanceof AppError)) return follow(set, submission, form, outcome);
      const shown = { reader, at: path, security, values: withoutSecrets(body), error: outcome };
      return bindForms(showFault(set, shown, form, outcome), ctx.actor);
    },
    { accountPage: accountPath, accepts: "form", body: formBody },
  );
}

/** Does what the form is for. Gives the errors that are shown as pages. */
function submit(form: AccountForm, submission: Submission): Promise<Outcome | AppError> {
  const ofEveryForm = ["REAUTHENTICATION_REQUIRED", "NOT_FOUND"] as const;
  const expected = [...ofEveryForm, ...form.expectedErrors];
  return attempt(submission.ctx, expected, () => form.submit(submission));
}

/** What the browser gets after a success. */
function follow(
  set: PageResponse,
  { ctx, reader }: Submission,
  { path }: AccountForm,
  outcome: Outcome,
): string {
  if ("page" in outcome) {
    return showPage(set, reader, 200, bindForms(renderPage(reader, outcome.page), ctx.actor));
  }
  const location = "done" in outcome ? `${accountPath}?done=${outcome.done}` : outcome.location;
  return seeOther(set, relativePath(path, location));
}

/** The page for an error: the form again, with what was typed, or what the user has to do first. */
function showFault(
  set: PageResponse,
  shown: ShownForm,
  form: AccountForm,
  error: AppError,
): string {
  const { reader } = shown;
  const { path, section } = form;
  if (error.code === "REAUTHENTICATION_REQUIRED") {
    return seeOther(set, relativePath(path, `${reauthenticatePath}?for=${section}`));
  }
  if (error.code === "NOT_FOUND") return showPage(set, reader, 404, notFoundPage(reader, path));
  const title = accountTexts[reader.language].sections[section];
  const policy = { ...reader, hasScript: true };
  if (isForLater(error)) {
    const own = error.code === "UNAVAILABLE" ? form.unavailableText?.(reader) : undefined;
    return showForLater(set, policy, error, (reason) =>
      formPage(shown, form, { title, reason: own ?? reason }),
    );
  }
  return showPage(set, policy, errorStatus[error.code], formPage(shown, form, { title }));
}

/** What is shown again of a posted form. Passwords, codes and credentials are not. */
function withoutSecrets(form: Readonly<Record<string, string>>): Record<string, string> {
  const isSecret = /password|code|credential/;
  return Object.fromEntries(Object.entries(form).filter(([name]) => !isSecret.test(name)));
}
