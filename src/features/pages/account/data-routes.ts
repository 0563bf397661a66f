import { Elysia } from "elysia";

import { AppError } from "../../../kernel/errors.ts";
import type { RouteKit } from "../../../platform/http/route-kit.ts";
import type { Platform } from "../../../platform/platform.ts";
import { collectOwnData } from "../../own-account/index.ts";
import { attempt } from "../kit/attempt.ts";
import { readerOf } from "../kit/page-request.ts";
import { showForLater } from "../kit/try-later.ts";
import { dataPath } from "./data.ts";
import { unavailablePage } from "./fault-pages.ts";

/** The route that downloads the user's own data. It changes nothing. */
export function dataRoutes({
  kit,
  platform,
}: {
  readonly kit: RouteKit;
  readonly platform: Platform;
}) {
  return new Elysia({ detail: { hide: true } }).use(kit).get(
    dataPath,
    async ({ ctx, request, set }) => {
      const data = await attempt(ctx, [], () => collectOwnData(ctx));
      if (data instanceof AppError) {
        const reader = readerOf(request, platform.settings);
        return showForLater(set, reader, data, (reason) =>
          unavailablePage(reader, dataPath, reason),
        );
      }
      Object.assign(set.headers, {
        "content-type": "application/json; charset=utf-8",
        "content-disposition": 'attachment; filename="account.json"',
        "cache-control": "no-store",
        "x-robots-tag": "noindex",
      });
      return `${JSON.stringify(data, null, 2)}\n`;
    },
    { accountPage: true },
  );
}
