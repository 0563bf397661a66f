import { Type } from "@sinclair/typebox";
import { Elysia } from "elysia";

import type { UserActor } from "../../../kernel/context.ts";
import { AppError } from "../../../kernel/errors.ts";
import { signInAddress } from "../../../platform/http/page-access.ts";
import type { RouteParts } from "../../../platform/http/route-kit.ts";
import type { Context } from "../../../platform/platform.ts";
import {
  decideOnDevice,
  type DeviceRequest,
  findDeviceRequest,
  showUserCode,
} from "../../device-authorization/index.ts";
import { stepUpPage } from "../authorize/second-factor-page.ts";
import { hasFactor, stepUp, type StepUpFault } from "../authorize/step-up.ts";
import { attempt } from "../kit/attempt.ts";
import { bindForms, isShownTo, otherUserPage } from "../kit/bound-forms.ts";
import { type PageResponse, showPage } from "../kit/layout.ts";
import { formBody, type Reader, readerOf } from "../kit/page-request.ts";
import { showForLater } from "../kit/try-later.ts";
import {
  askDevicePage,
  deviceCodePath,
  deviceDecisionPath,
  deviceDonePage,
  devicePath,
  deviceSecondFactorPath,
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
      ({ ctx, query, request, set }) => {
        const shown = { ctx, reader: readerOf(request, settings), set, at: devicePath };
        const { user_code: code } = query;
        const typed = typeof code === "string" ? { code: code.slice(0, 20) } : {};
        return show(shown, 200, enterCodePage(shown.reader, { at: devicePath, ...typed }));
      },
      { accountPage: true, query: deviceQuery },
    )
    .post(
      deviceCodePath,
      async ({ ctx, body, request, set }) => {
        const shown = { ctx, reader: readerOf(request, settings), set, at: deviceCodePath };
        if (!isShownTo(ctx.actor, body)) return showOtherUser(shown);
        const code = body["user_code"] ?? "";
        const found = await attempt(ctx, [], () => findDeviceRequest(ctx, code));
        if (found instanceof AppError) return showForAgain(shown, found, code);
        if (found === null) return showUnknown(shown, code);
        return found.needsSecondFactor ? showStepUp(shown, found) : showQuestion(shown, found);
      },
      { accountPage: devicePath, accepts: "form", body: formBody },
    )
    .post(
      deviceSecondFactorPath,
      async ({ ctx, body, request, set }) => {
        const reader = readerOf(request, settings);
        const shown = { ctx, reader, set, at: deviceSecondFactorPath };
        if (!isShownTo(ctx.actor, body)) return showOtherUser(shown);
        const code = body["user_code"] ?? "";
        const found = await attempt(ctx, [], () => findDeviceRequest(ctx, code));
        if (found instanceof AppError) return showForAgain(shown, found, code);
        if (found === null) return showUnknown(shown, code);
        const fault = found.needsSecondFactor ? await stepUp(ctx, reader, body["code"]) : null;
        return fault === null ? showQuestion(shown, found) : showStepUp(shown, found, fault);
      },
      { accountPage: devicePath, accepts: "form", body: formBody },
    )
    .post(
      deviceDecisionPath,
      async ({ ctx, body, request, set }) => {
        const reader = readerOf(request, settings);
        const shown = { ctx, reader, set, at: deviceDecisionPath };
        if (!isShownTo(ctx.actor, body)) return showOtherUser(shown);
        const typed = body["user_code"] ?? "";
        const isAllowed = body["decision"] === "allow";
        const decided = await attempt(ctx, [], () => decideOnDevice(ctx, { typed, isAllowed }));
        if (decided instanceof AppError) return showForAgain(shown, decided, typed);
        // Not from the page that asks, which is shown after the second factor only.
        if (decided !== "decided") return showUnknown(shown, typed);
        return show(shown, 200, deviceDonePage(reader, isAllowed));
      },
      { accountPage: devicePath, accepts: "form", body: formBody },
    );
}

/** The request of a page, and the path that the page is shown at. */
interface Shown {
  readonly ctx: Context<UserActor>;
  readonly reader: Reader;
  readonly set: PageResponse;
  readonly at: string;
}

function show({ ctx, set, reader }: Shown, status: number, html: string): string {
  return showPage(set, reader, status, bindForms(html, ctx.actor));
}

function showOtherUser(shown: Shown): string {
  const { ctx, reader, at } = shown;
  return show(shown, 409, otherUserPage(reader, { at, email: ctx.actor.email }));
}

function showForAgain({ ctx, set, reader, at }: Shown, error: AppError, code: string): string {
  return showForLater(set, reader, error, (reason) =>
    bindForms(enterCodePage(reader, { at, code, alert: reason }), ctx.actor),
  );
}

function showUnknown(shown: Shown, code: string): string {
  const { reader, at } = shown;
  return show(shown, 400, enterCodePage(reader, { at, code, isFaulty: true }));
}

function showQuestion(shown: Shown, found: DeviceRequest): string {
  const { ctx, reader, at } = shown;
  const { userCode, clientName, scopes, resource } = found;
  const { email } = ctx.actor;
  const question = { at, code: showUserCode(userCode), clientName, scopes, resource, email };
  return show(shown, 200, askDevicePage(reader, question));
}

/** The page on which the user of a client that requires it proves a second factor. */
async function showStepUp(
  shown: Shown,
  { userCode, clientName }: DeviceRequest,
  fault: StepUpFault = { status: 200 },
): Promise<string> {
  const { ctx, reader, at } = shown;
  const code = showUserCode(userCode);
  const { publicUrl } = ctx.settings;
  const html = stepUpPage(reader, {
    at,
    to: deviceSecondFactorPath,
    clientName,
    hasFactor: await hasFactor(ctx, ctx.actor.userId),
    kept: { user_code: code },
    signInAddress: `${signInAddress(publicUrl, `${publicUrl}${devicePath}?user_code=${code}`)}&prompt=login`,
    ...fault,
  });
  return show(shown, fault.status, html);
}
