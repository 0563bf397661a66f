import type { Platform } from "../../../platform/platform.ts";
import type { SocialLogin } from "../../social-login/index.ts";
import { alert, choiceLink, doneNote, linkRow, renderField, renderForm } from "../kit/forms.ts";
import { renderPage } from "../kit/layout.ts";
import type { Reader } from "../kit/page-request.ts";
import { providerName } from "../kit/provider-names.ts";
import { returnField, withReturnTo } from "../kit/return-to.ts";
import { magicLinkMailPath } from "../links/paths.ts";
import { passkeyRequestPath, passkeysScriptElement, renderPasskeyForm } from "../passkeys/form.ts";
import { passkeyPath, signInPath } from "./paths.ts";
import { type SignInTexts, signInTexts } from "./sign-in-texts.ts";
import type { Step } from "./submit-sign-in.ts";

/** The ways to sign in that the settings switch on, besides those that are always there. */
export interface SignInOffer {
  /** The names of the providers. */
  readonly providers: readonly string[];
  readonly mayRegister: boolean;
}

/** The page as it is shown this time. */
export interface SignInForm {
  /** The path at which it is shown: its own if left out. */
  readonly at?: string;
  readonly returnTo: string | null;
  /** What the user entered as address or username. */
  readonly identifier?: string;
  /** Whether that is neither. */
  readonly isFaulty?: boolean;
  /** What went wrong, or why the request may succeed later. */
  readonly alert?: string | null;
  /** What was done before. */
  readonly done?: string;
}

/** What the settings offer. */
export function signInOffer(
  { settings }: Pick<Platform, "settings">,
  { providers }: Pick<SocialLogin, "providers">,
): SignInOffer {
  return {
    providers: [...providers.keys()].toSorted(),
    mayRegister: settings.registration === "open",
  };
}

/** The page for signing in. */
export function signInStep(reader: Reader, offer: SignInOffer, form: SignInForm): Step {
  const texts = signInTexts[reader.language];
  const { at = signInPath, returnTo } = form;
  const to = (path: string): string => withReturnTo(path, returnTo);
  const html = renderPage(reader, {
    title: texts.title,
    body: [
      ...(form.alert ? [alert(form.alert)] : []),
      ...(form.done === undefined ? [] : [doneNote(form.done)]),
      passwordForm(reader, at, form),
      linkRow([
        ...(reader.sendsMail ? [{ at, to: "/reset-password", text: texts.forgotten }] : []),
        ...(offer.mayRegister ? [{ at, to: to("/sign-up"), text: texts.signUp }] : []),
      ]),
      otherWays(texts, at, offer, returnTo),
      passkeysScriptElement(at),
    ].join("\n"),
  });
  return { html, hasScript: true };
}

function passwordForm({ language, sendsMail }: Reader, at: string, form: SignInForm): string {
  const texts = signInTexts[language];
  const fields = [
    returnField(form.returnTo),
    renderField({
      name: "email",
      label: texts.identifier,
      type: "text",
      autocomplete: "username webauthn",
      attributes: 'maxlength="254" autocapitalize="none" spellcheck="false"',
      ...(form.identifier === undefined ? {} : { value: form.identifier }),
      faults: form.isFaulty === true ? [texts.notAnIdentifier] : [],
    }),
    renderField({
      name: "password",
      label: texts.password,
      type: "password",
      autocomplete: "current-password",
    }),
  ].filter((field) => field !== "");
  return renderForm({
    at,
    to: signInPath,
    fields: fields.join("\n"),
    button: texts.button,
    others: sendsMail ? [{ to: magicLinkMailPath, text: texts.mailButton }] : [],
  });
}

/** Without providers the divider belongs to the passkey, and is hidden with it. */
function otherWays(
  texts: SignInTexts,
  at: string,
  { providers }: SignInOffer,
  returnTo: string | null,
): string {
  const needs = providers.length === 0 ? " data-needs-passkeys hidden" : "";
  return [
    `<p class="divider"${needs}>${Bun.escapeHTML(texts.or)}</p>`,
    `<div class="choices">`,
    renderPasskeyForm({
      at,
      to: passkeyPath,
      ceremony: "get",
      optionsPath: passkeyRequestPath,
      isInAutofill: true,
      fields: returnField(returnTo),
      button: texts.passkeyButton,
      buttonClass: "quiet",
      fault: texts.passkeyFault,
    }),
    ...providers.map((name) =>
      choiceLink({
        at,
        to: withReturnTo(`/sign-in/provider/${name}`, returnTo),
        text: texts.continueWith(providerName(name)),
      }),
    ),
    "</div>",
  ].join("\n");
}
