import { Elysia } from "elysia";

import { endBrowserSession, rotateBrowserToken } from "../../src/features/sessions/index.ts";
import { type ServedPages, servePages } from "./serve-pages.ts";
import type { TestApp } from "./test-app.ts";

/** `POST /out` signs the browser out. */
export function signOutPages(app: Pick<TestApp, "platform">): ServedPages {
  return servePages(app, (kit) =>
    new Elysia().use(kit).post(
      "/out",
      async ({ ctx }) => {
        await endBrowserSession(ctx);
        return "";
      },
      { page: true, accepts: "form" },
    ),
  );
}

/** `POST /rotate` gives the user's browser a new token. */
export function rotationPages(app: Pick<TestApp, "platform">): ServedPages {
  return servePages(app, (kit) =>
    new Elysia().use(kit).post(
      "/rotate",
      async ({ ctx }) => {
        await rotateBrowserToken(ctx);
        return "";
      },
      { accountPage: true, accepts: "form" },
    ),
  );
}
