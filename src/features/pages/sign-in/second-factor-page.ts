import {
  alert,
  checkbox,
  hiddenField,
  paragraph,
  renderField,
  renderForm,
  tokenField,
} from "../kit/forms.ts";
import { codeTexts } from "../kit/code-form.ts";
import { renderPage } from "../kit/layout.ts";
import type { Reader } from "../kit/page-request.ts";
import { returnField } from "../kit/return-to.ts";
import { passkeysScriptElement, renderPasskeyForm } from "../passkeys/form.ts";
import { secondFactorTexts } from "./second-factor-texts.ts";
import { passkeyOptionsPath, passkeyPath, secondFactorPath } from "./paths.ts";
import { signInTexts } from "./sign-in-texts.ts";
import type { Step } from "./submit-sign-in.ts";

/** The page as it is shown this time. */
export interface SecondFactorForm {
  /** The path at which it is shown. */
  readonly at: string;
  readonly returnTo: string | null;
  readonly mfaToken: string;
  /** Whether the user has a passkey, which is two factors in one. */
  readonly hasPasskey: boolean;
  readonly isFaulty?: boolean;
  readonly alert?: string | null;
}

/** The page for the second factor of every sign-in on a page. */
export function secondFactorStep(reader: Reader, form: SecondFactorForm): Step {
  const { title, text } = secondFactorTexts[reader.language];
  const { at, hasPasskey } = form;
  const html = renderPage(reader, {
    title,
    body: [
      ...(form.alert ? [alert(form.alert)] : []),
      paragraph(text),
      codeForm(reader, form),
      ...(hasPasskey ? [passkeyForm(reader, form), passkeysScriptElement(at)] : []),
    ].join("\n"),
  });
  return { html, hasScript: hasPasskey };
}

function codeForm({ language }: Reader, form: SecondFactorForm): string {
  const { code, trust } = secondFactorTexts[language];
  const fields = [
    tokenField(form.mfaToken),
    returnField(form.returnTo),
    form.hasPasskey ? hiddenField("has_passkey", "true") : "",
    renderField({
      name: "code",
      label: code,
      type: "text",
      autocomplete: "one-time-code",
      attributes: 'spellcheck="false" maxlength="64"',
      faults: form.isFaulty === true ? [codeTexts[language].fault] : [],
    }),
    checkbox("trust_device", trust),
  ].filter((field) => field !== "");
  const { button } = signInTexts[language];
  return renderForm({ at: form.at, to: secondFactorPath, fields: fields.join("\n"), button });
}

function passkeyForm({ language }: Reader, { at, returnTo }: SecondFactorForm): string {
  return renderPasskeyForm({
    at,
    to: passkeyPath,
    ceremony: "get",
    optionsPath: passkeyOptionsPath,
    fields: returnField(returnTo),
    button: secondFactorTexts[language].passkeyButton,
    buttonClass: "quiet",
    fault: signInTexts[language].passkeyFault,
  });
}
