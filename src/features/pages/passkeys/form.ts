import { hiddenFault, hiddenField, relativePath } from "../kit/forms.ts";

/** The path of the script. */
export const passkeysScriptPath = "/pages/passkeys.js";

/** A form that asks the browser for a passkey. Its field `credential` is then posted, as JSON text; see `readCredential`. */
export interface PasskeyForm {
  /** The path of the page, and the path that the form posts to. */
  readonly at: string;
  readonly to: string;
  /** Whether a new passkey is created, or one that exists is used. */
  readonly ceremony: "create" | "get";
  /** The path that returns the options, as `data` of a success, to an empty POST. */
  readonly optionsPath: string;
  /** Whether browsers offer passkeys in the autofill of a field with `autocomplete="username webauthn"`. One form a page. */
  readonly isInAutofill?: boolean;
  /** Further fields, as HTML. */
  readonly fields?: string;
  readonly button: string;
  readonly buttonClass?: string;
  /** What is shown when the user cancelled, or the authenticator failed. */
  readonly fault: string;
}

/** The form as HTML. It is hidden until the script finds that the browser has passkeys. */
export function renderPasskeyForm(form: PasskeyForm): string {
  const { at, to, ceremony, optionsPath, isInAutofill = false, fields = "" } = form;
  const attributes = [
    `action="${relativePath(at, to)}"`,
    `data-passkey="${ceremony}"`,
    `data-passkey-options="${relativePath(at, optionsPath)}"`,
    ...(isInAutofill ? ["data-passkey-autofill"] : []),
    "data-needs-passkeys hidden",
  ].join(" ");
  const buttonClass = form.buttonClass === undefined ? "" : ` class="${form.buttonClass}"`;
  return [
    `<form method="post" ${attributes}>`,
    hiddenField("credential", ""),
    ...(fields === "" ? [] : [fields]),
    hiddenFault(form.fault),
    `<button type="submit"${buttonClass}>${Bun.escapeHTML(form.button)}</button>`,
    "</form>",
  ].join("\n");
}

/** The element that loads the script, for a page at this path. The page needs the policy `hasScript`. */
export function passkeysScriptElement(at: string): string {
  return `<script type="module" src="${relativePath(at, passkeysScriptPath)}"></script>`;
}
