import { Type } from "@sinclair/typebox";
import { Elysia } from "elysia";

import type { RouteKit } from "../../../platform/http/route-kit.ts";
import type { Platform } from "../../../platform/platform.ts";
import { formField, linkQuery, tokenOf } from "../link-query.ts";
import { readerOf, showPage } from "../show-page.ts";
import { changedPage, changeEmailPath, confirmPage, failedPage } from "./pages.ts";
import { pressChange } from "./press.ts";

/** The page that confirms a new address. */
export function changeEmailPages(kit: RouteKit, { settings }: Platform) {
  return new Elysia({ detail: { hide: true } })
    .use(kit)
    .get(
      changeEmailPath,
      ({ query, request, set }) => {
        const reader = readerOf(request, settings);
        const token = tokenOf(query);
        return token === null
          ? showPage(set, 400, failedPage(reader, "invalid"))
          : showPage(set, 200, confirmPage(reader, { token }));
      },
      { anyone: true, query: linkQuery },
    )
    .post(
      changeEmailPath,
      async ({ ctx, body, request, set }) => {
        const reader = readerOf(request, settings);
        const { token = "" } = body;
        const outcome = await pressChange(ctx, token);
        if (outcome === "done") return showPage(set, 200, changedPage(reader));
        if (outcome === "away") {
          return showPage(set, 503, confirmPage(reader, { token, isRepeated: true }));
        }
        return showPage(set, outcome === "taken" ? 409 : 400, failedPage(reader, outcome));
      },
      { anyone: true, accepts: "form", body: Type.Object({ token: formField }) },
    );
}
