import { Type } from "@sinclair/typebox";
import { Elysia } from "elysia";

import { AppError } from "../../../kernel/errors.ts";
import { success } from "../../../platform/http/envelope.ts";
import type { RouteParts } from "../../../platform/http/route-kit.ts";
import { findOwnSecurity } from "../../own-account/index.ts";
import { startRegistration } from "../../passkeys/index.ts";
import { createSocialLogin, type Provider } from "../../social-login/index.ts";
import { attempt } from "../kit/attempt.ts";
import { bindForms } from "../kit/bound-forms.ts";
import { relativePath } from "../kit/forms.ts";
import { renderPage, showPage } from "../kit/layout.ts";
import { readerOf } from "../kit/page-request.ts";
import { seeOther } from "../kit/see-other.ts";
import { showForLater } from "../kit/try-later.ts";
import { accountPath } from "./account-form.ts";
import { accountPage } from "./account-page.ts";
import { accountTexts } from "./account-texts.ts";
import { readAccountView } from "./account-view.ts";
import { confirmLinkRoutes } from "./confirm-link-routes.ts";
import { dataRoutes } from "./data-routes.ts";
import { backLink, formPage, notFoundPage, unavailablePage } from "./fault-pages.ts";
import { accountFormRoutes } from "./form-routes.ts";
import { createAccountForms } from "./forms-of-account.ts";
import { passkeyOptionsPath } from "./passkeys.ts";
import { askToLinkPage, linkPath } from "./providers.ts";
import { findSectionId, reauthenticateForm, reauthenticatePath } from "./reauthenticate.ts";
import { findReport } from "./reports.ts";

/** What the routes of the account page need. */
export type AccountRoutesParts = RouteParts & {
  readonly providers: ReadonlyMap<string, Provider>;
};

/** The query of the pages. Others may add parameters of their own. */
const query = Type.Record(Type.String(), Type.Unknown());

/** The account page, and the forms and pages that belong to it. */
export function accountRoutes({ kit, cookie, platform, providers }: AccountRoutesParts) {
  const { settings } = platform;
  const social = createSocialLogin(platform, providers);
  const forms = createAccountForms({ settings, cookie, social });
  const names = [...providers.keys()].toSorted();
  const routes = new Elysia({ detail: { hide: true } })
    .use(kit)
    .get(
      accountPath,
      async ({ ctx, query, request, set }) => {
        const reader = readerOf(request, settings);
        const view = await attempt(ctx, [], () => readAccountView(ctx, names));
        if (view instanceof AppError) {
          return showForLater(set, reader, view, (reason) =>
            unavailablePage(reader, accountPath, reason),
          );
        }
        const report = findReport(reader, query);
        const policy = { ...reader, hasScript: true };
        const html = accountPage(reader, view, { forms, report });
        return showPage(set, policy, 200, bindForms(html, ctx.actor));
      },
      { accountPage: true, query },
    )
    .get(
      linkPath,
      ({ ctx, query, request, set }) => {
        const reader = readerOf(request, settings);
        const provider = names.find((name) => name === query["provider"]);
        if (provider === undefined) {
          return showPage(set, reader, 404, notFoundPage(reader, linkPath));
        }
        const { title, body } = askToLinkPage(reader, { provider, email: ctx.actor.email });
        const page = { title, body: `${body}\n${backLink(reader, linkPath, "providers")}` };
        return showPage(set, reader, 200, bindForms(renderPage(reader, page), ctx.actor));
      },
      { accountPage: true, query },
    )
    .get(
      reauthenticatePath,
      async ({ ctx, query, request, set }) => {
        const reader = readerOf(request, settings);
        const at = reauthenticatePath;
        const security = await attempt(ctx, [], () => findOwnSecurity(ctx));
        if (security instanceof AppError) {
          return showForLater(set, reader, security, (reason) =>
            unavailablePage(reader, at, reason),
          );
        }
        const section = findSectionId(query["for"]) ?? "profile";
        const shown = { reader, at, security, values: { for: section }, error: null };
        const { title } = accountTexts[reader.language].reauthentication;
        const policy = { ...reader, hasScript: true };
        const html = formPage(shown, reauthenticateForm, { title });
        return showPage(set, policy, 200, bindForms(html, ctx.actor));
      },
      { accountPage: true, query },
    )
    .post(
      passkeyOptionsPath,
      async ({ ctx }) => success(await startRegistration(ctx), ctx.clock.now()),
      { accountPage: accountPath },
    )
    .use(dataRoutes({ kit, platform }))
    .use(confirmLinkRoutes({ kit, platform, social }));
  const shownByGet = new Set<string>([linkPath, reauthenticatePath]);
  for (const form of forms.all) {
    routes.use(accountFormRoutes({ kit, platform, form }));
    // The address of a form that was shown again: a browser may open it once more.
    if (shownByGet.has(form.path)) continue;
    routes.get(
      form.path,
      ({ set }) => seeOther(set, relativePath(form.path, `${accountPath}#${form.section}`)),
      { accountPage: accountPath },
    );
  }
  return routes;
}
