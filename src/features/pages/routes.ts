import { Type } from "@sinclair/typebox";
import { Elysia } from "elysia";

import type { RouteKit } from "../../platform/http/route-kit.ts";
import type { Platform } from "../../platform/platform.ts";
import { pageHeaders } from "./layout.ts";
import { pressConfirm, pressResend } from "./press-button.ts";
import {
  confirmPage,
  donePage,
  failedPage,
  RESEND_VERIFICATION_PATH,
  resendPage,
  resentPage,
  VERIFY_EMAIL_PATH,
} from "./verify-email-page.ts";

// Mail programs and trackers append parameters of their own to links.
const linkQuery = Type.Object(
  { token: Type.Optional(Type.Unknown()) },
  { additionalProperties: true },
);
const tokenField = Type.Object({ token: Type.Optional(Type.String()) });
const emailField = Type.Object({ email: Type.Optional(Type.String()) });

interface Outgoing {
  status?: number | string;
  headers: Record<string, string | number | undefined>;
}

/**
 * The pages behind the links in mails. Showing one changes nothing, so that mail scanners and previews that open every link
 * do no harm; pressing its button does. The answer to a press is a page, also while the database is away.
 */
export function pagesRoutes(kit: RouteKit, { settings }: Platform) {
  const { serviceName } = settings;

  return new Elysia({ detail: { hide: true } })
    .use(kit)
    .get(
      VERIFY_EMAIL_PATH,
      ({ query, set }) => {
        const { token } = query;
        if (typeof token === "string" && token !== "") {
          return show(set, 200, confirmPage({ token, serviceName }));
        }
        return show(set, 400, failedPage({ serviceName, reason: "invalid" }));
      },
      { anyone: true, query: linkQuery },
    )
    .post(
      VERIFY_EMAIL_PATH,
      async ({ ctx, body, set }) => {
        const { token = "" } = body;
        const outcome = await pressConfirm(ctx, token);
        if (outcome === "away") {
          set.headers["retry-after"] = "1";
          return show(set, 503, confirmPage({ token, serviceName, isRepeated: true }));
        }
        return outcome === "done"
          ? show(set, 200, donePage({ serviceName }))
          : show(set, 400, failedPage({ serviceName, reason: outcome }));
      },
      { anyone: true, accepts: "form", body: tokenField },
    )
    .post(
      RESEND_VERIFICATION_PATH,
      async ({ ctx, body, set }) => {
        const { email = "" } = body;
        const outcome = await pressResend(ctx, email);
        if (outcome === "done") return show(set, 200, resentPage({ serviceName }));
        if (outcome === "away") set.headers["retry-after"] = "1";
        const status = outcome === "away" ? 503 : 400;
        return show(set, status, resendPage({ serviceName, email, reason: outcome }));
      },
      { anyone: true, accepts: "form", body: emailField },
    );
}

/** Only with a page: an error that goes on to the error mapper is no HTML. */
function show(set: Outgoing, status: number, html: string): string {
  set.status = status;
  Object.assign(set.headers, pageHeaders());
  return html;
}
