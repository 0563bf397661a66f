import type { UserActor } from "../../../kernel/context.ts";
import { findAppError } from "../../../kernel/errors.ts";
import type { Context } from "../../../platform/platform.ts";
import { findOwnSecurity, type OwnSecurity } from "../../own-account/index.ts";
import {
  disableSecondFactor,
  enableSecondFactor,
  replaceRecoveryCodes,
  type SetUp,
  setUpSecondFactor,
} from "../../second-factor/index.ts";
import { rotateBrowserToken } from "../../sessions/index.ts";
import { paragraph, renderForm } from "../kit/forms.ts";
import type { Page } from "../kit/layout.ts";
import type { Reader } from "../kit/page-request.ts";
import { typedAppCode, typedFactor } from "../kit/typed-codes.ts";
import type { AccountForm, ShownForm } from "./account-form.ts";
import { accountTexts } from "./account-texts.ts";
import { alertOf, codeField, fieldError, ownPasswordField, postedPassword } from "./form-parts.ts";
import { backLink } from "./fault-pages.ts";
import { recoveryCodesPage } from "./recovery-codes-page.ts";

const section = "second-factor";
const setUpPath = "/account/second-factor/set-up";
const recoveryCodesPath = "/account/second-factor/recovery-codes";
const disablePath = "/account/second-factor/disable";
const enablePath = "/account/second-factor/enable";

/** The form that begins to turn the second factor on. Its page shows the secret, once. */
export const setUpForm = {
  path: setUpPath,
  section,
  expectedErrors: ["VALIDATION_ERROR", "INVALID_CREDENTIALS", "CONFLICT"],
  async submit({ ctx, form, reader }) {
    return { page: setUpPage(reader, await setUpSecondFactor(ctx, postedPassword(form))) };
  },
  render(shown) {
    const { reader, at } = shown;
    const { setUpButton, isOn } = accountTexts[reader.language].secondFactor;
    const fields = ownPasswordField(shown, "set-up-password").join("\n");
    return [
      ...alertOf(shown, { CONFLICT: isOn }),
      renderForm({ at, to: setUpPath, fields, button: setUpButton }),
    ].join("\n");
  },
} as const satisfies AccountForm;

/** The form that turns it on, by a code of the app. Its page shows the recovery codes, once. */
export const enableForm = {
  path: enablePath,
  section,
  expectedErrors: ["VALIDATION_ERROR", "INVALID_CODE", "CONFLICT"],
  async submit({ ctx, form, reader }) {
    const code = postedAppCode(form);
    const codes = await unlessOnAlready(ctx, () => enableSecondFactor(ctx, code));
    if (codes === null) return { page: onAlreadyPage(reader, await findOwnSecurity(ctx)) };
    await rotateBrowserToken(ctx);
    const { enabled } = accountTexts[reader.language].secondFactor;
    return { page: recoveryCodesPage(reader, { at: enablePath, title: enabled, codes }) };
  },
  render(shown) {
    const texts = accountTexts[shown.reader.language].secondFactor;
    return [
      ...alertOf(shown, { CONFLICT: texts.startAgain }),
      paragraph(texts.codeAgain),
      enableFormOf(shown),
    ].join("\n");
  },
} as const satisfies AccountForm;

/** The form for new recovery codes. */
export const recoveryCodesForm = {
  path: recoveryCodesPath,
  section,
  expectedErrors: ["VALIDATION_ERROR", "INVALID_CREDENTIALS", "INVALID_CODE"],
  async submit({ ctx, form, reader }) {
    const code = postedAppCode(form);
    const codes = await replaceRecoveryCodes(ctx, { password: postedPassword(form), code });
    await rotateBrowserToken(ctx);
    const { newCodes: title } = accountTexts[reader.language].secondFactor;
    return { page: recoveryCodesPage(reader, { at: recoveryCodesPath, title, codes }) };
  },
  render(shown) {
    const { at, reader } = shown;
    const fields = [
      ...ownPasswordField(shown, "codes-password"),
      codeField(shown, { id: "codes-code", takesRecoveryCode: false }),
    ].join("\n");
    const { newCodesButton: button } = accountTexts[reader.language].secondFactor;
    return renderForm({ at, to: recoveryCodesPath, fields, button });
  },
} as const satisfies AccountForm;

/** The form that turns the second factor off. */
export const disableForm = {
  path: disablePath,
  section,
  expectedErrors: ["VALIDATION_ERROR", "INVALID_CREDENTIALS", "INVALID_CODE"],
  async submit({ ctx, form }) {
    const sent = typedFactor(form["code"] ?? "");
    // An input that is no code must not count as a guess.
    if (sent === null) throw fieldError("code");
    await disableSecondFactor(ctx, { password: postedPassword(form), sent });
    await rotateBrowserToken(ctx);
    return { done: "secondFactorOff" };
  },
  render(shown) {
    const { at, reader } = shown;
    const fields = [
      ...ownPasswordField(shown, "disable-password"),
      codeField(shown, { id: "disable-code", takesRecoveryCode: true }),
    ].join("\n");
    const { disableButton: button } = accountTexts[reader.language].secondFactor;
    return renderForm({ at, to: disablePath, fields, button, look: "danger" });
  },
} as const satisfies AccountForm;

/**
 * What turns the second factor on; null if it is on. A button that is pressed twice sends the form twice, and browsers show the
 * second response alone.
 */
async function unlessOnAlready<Result>(
  ctx: Context<UserActor>,
  turnOn: () => Promise<Result>,
): Promise<Result | null> {
  try {
    return await turnOn();
  } catch (error) {
    const code = findAppError(error)?.code;
    const isRefused = code === "CONFLICT" || code === "INVALID_CODE";
    if (isRefused && (await findOwnSecurity(ctx)).hasSecondFactor) return null;
    throw error;
  }
}

/** The page that says so. The recovery codes are not stored, so that only new ones can be shown. */
export function onAlreadyPage(reader: Reader, security: OwnSecurity): Page {
  const { enabled, onAlready } = accountTexts[reader.language].secondFactor;
  const shown = { reader, at: enablePath, security, values: {}, error: null };
  const parts = [paragraph(onAlready), recoveryCodesForm.render(shown)];
  return { title: enabled, body: [...parts, backLink(reader, enablePath, section)].join("\n") };
}

function postedAppCode(form: Readonly<Record<string, string>>): string {
  const code = typedAppCode(form["code"] ?? "");
  if (code === null) throw fieldError("code");
  return code;
}

function enableFormOf(shown: ShownForm): string {
  const { at, reader } = shown;
  const { enableButton: button } = accountTexts[reader.language].secondFactor;
  const fields = codeField(shown, { id: "enable-code", takesRecoveryCode: false });
  return renderForm({ at, to: enablePath, fields, button });
}

/** The page with the secret, as a QR code and as text, and with the form that turns the second factor on. */
export function setUpPage(reader: Reader, { secret, qrSvg }: SetUp): Page {
  const texts = accountTexts[reader.language].secondFactor;
  const security = {
    hasPassword: false,
    hasSecondFactor: false,
    hasPasskey: false,
    recoveryCodes: 0,
  };
  return {
    title: texts.setUpTitle,
    body: [
      paragraph(texts.scan),
      `<div class="picture">${inlineImage(qrSvg, texts.qrCode)}</div>`,
      paragraph(texts.typeInstead),
      `<p class="secret">${Bun.escapeHTML(secret.replaceAll(/.{4}(?=.)/g, "$& "))}</p>`,
      paragraph(texts.thenCode),
      enableFormOf({ reader, at: setUpPath, security, values: {}, error: null }),
    ].join("\n"),
  };
}

/** An SVG image as an element of a page: the policy of a page allows elements, but no images from other addresses. */
function inlineImage(svg: string, name: string): string {
  return svg.replace(/^<svg xmlns="[^"]*"/, `<svg role="img" aria-label="${Bun.escapeHTML(name)}"`);
}
