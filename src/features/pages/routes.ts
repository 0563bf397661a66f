import { Type } from "@sinclair/typebox";
import { Elysia } from "elysia";

import { findAppError } from "../../kernel/errors.ts";
import type { RouteKit } from "../../platform/http/route-kit.ts";
import type { Platform } from "../../platform/platform.ts";
import { requestVerification, verifyEmailByToken } from "../email-verification/index.ts";
import { pageHeaders } from "./layout.ts";
import {
  confirmPage,
  donePage,
  failedPage,
  type LinkFault,
  RESEND_VERIFICATION_PATH,
  resentPage,
  VERIFY_EMAIL_PATH,
} from "./verify-email-page.ts";

const tokenField = Type.Object({ token: Type.Optional(Type.String({ maxLength: 512 })) });
const emailField = Type.Object({ email: Type.Optional(Type.String({ maxLength: 1000 })) });

/**
 * The pages behind the links in mails. Showing one changes nothing, so that mail scanners and previews that open every link
 * do no harm; pressing its button does.
 */
export function pagesRoutes(kit: RouteKit, { settings }: Platform) {
  const { serviceName } = settings;
  const headers = pageHeaders();

  return new Elysia({ detail: { hide: true } })
    .use(kit)
    .get(
      VERIFY_EMAIL_PATH,
      ({ query, set }) => {
        Object.assign(set.headers, headers);
        if (query.token) return confirmPage({ token: query.token, serviceName });
        set.status = 400;
        return failedPage({ serviceName, reason: "invalid" });
      },
      { anyone: true, query: tokenField },
    )
    .post(
      VERIFY_EMAIL_PATH,
      async ({ ctx, body, set }) => {
        Object.assign(set.headers, headers);
        try {
          await verifyEmailByToken(ctx, body.token ?? "");
          return donePage({ serviceName });
        } catch (error) {
          const reason = linkFault(error);
          if (reason === null) throw error;
          set.status = 400;
          return failedPage({ serviceName, reason });
        }
      },
      { anyone: true, accepts: "form", body: tokenField },
    )
    .post(
      RESEND_VERIFICATION_PATH,
      async ({ ctx, body, set }) => {
        Object.assign(set.headers, headers);
        try {
          await requestVerification(ctx, { email: body.email ?? "" });
        } catch (error) {
          if (findAppError(error)?.code !== "INVALID_EMAIL") throw error;
        }
        return resentPage({ serviceName });
      },
      { anyone: true, accepts: "form", body: emailField },
    );
}

function linkFault(error: unknown): LinkFault | null {
  const code = findAppError(error)?.code;
  if (code === "EXPIRED_TOKEN") return "expired";
  return code === "INVALID_TOKEN" ? "invalid" : null;
}
