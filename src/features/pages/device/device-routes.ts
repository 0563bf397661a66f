import { Type } from "@sinclair/typebox";
import { Elysia } from "elysia";

import { AppError } from "../../../kernel/errors.ts";
import type { RouteParts } from "../../../platform/http/route-kit.ts";
import {
  decideOnDevice,
  findDeviceRequest,
  showUserCode,
} from "../../device-authorization/index.ts";
import { attempt } from "../kit/attempt.ts";
import { showPage } from "../kit/layout.ts";
import { formBody, readerOf } from "../kit/page-request.ts";
import { showForLater } from "../kit/try-later.ts";
import {
  askDevicePage,
  deviceCodePath,
  deviceDecisionPath,
  deviceDonePage,
  devicePath,
  enterCodePage,
} from "./device-pages.ts";

const deviceQuery = Type.Object(
  { user_code: Type.Optional(Type.Unknown()) },
  { additionalProperties: true },
);

/** The pages on which a signed-in user connects a device (RFC 8628 §3.3). */
export function deviceRoutes({ kit, platform }: Pick<RouteParts, "kit" | "platform">) {
  const { settings } = platform;
  return new Elysia()
    .use(kit)
    .get(
      devicePath,
      ({ query, request, set }) => {
        const reader = readerOf(request, settings);
        const { user_code: code } = query;
        const typed = typeof code === "string" ? { code: code.slice(0, 20) } : {};
        return showPage(set, reader, 200, enterCodePage(reader, { at: devicePath, ...typed }));
      },
      { accountPage: true, query: deviceQuery },
    )
    .post(
      deviceCodePath,
      async ({ ctx, body, request, set }) => {
        const reader = readerOf(request, settings);
        const at = deviceCodePath;
        const code = body["user_code"] ?? "";
        const found = await attempt(ctx, [], () => findDeviceRequest(ctx, code));
        if (found instanceof AppError) {
          const again = (reason: string) => enterCodePage(reader, { at, code, alert: reason });
          return showForLater(set, reader, found, again);
        }
        if (found === null) {
          return showPage(set, reader, 400, enterCodePage(reader, { at, code, isFaulty: true }));
        }
        const { userCode, clientName, scopes } = found;
        const { email } = ctx.actor;
        const question = { at, code: showUserCode(userCode), clientName, scopes, email };
        return showPage(set, reader, 200, askDevicePage(reader, question));
      },
      { accountPage: devicePath, accepts: "form", body: formBody },
    )
    .post(
      deviceDecisionPath,
      async ({ ctx, body, request, set }) => {
        const reader = readerOf(request, settings);
        const at = deviceDecisionPath;
        const typed = body["user_code"] ?? "";
        const isAllowed = body["decision"] === "allow";
        const decided = await attempt(ctx, [], () => decideOnDevice(ctx, { typed, isAllowed }));
        if (decided instanceof AppError) {
          const again = (reason: string) =>
            enterCodePage(reader, { at, code: typed, alert: reason });
          return showForLater(set, reader, decided, again);
        }
        if (!decided) {
          const page = enterCodePage(reader, { at, code: typed, isFaulty: true });
          return showPage(set, reader, 400, page);
        }
        return showPage(set, reader, 200, deviceDonePage(reader, isAllowed));
      },
      { accountPage: devicePath, accepts: "form", body: formBody },
    );
}
