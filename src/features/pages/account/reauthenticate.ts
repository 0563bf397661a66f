import { assertionSchema } from "../../passkeys/index.ts";
import { reauthenticate, type SentProof } from "../../second-factor/index.ts";
import { rotateBrowserToken } from "../../sessions/index.ts";
import { hiddenField, link, paragraph, renderForm } from "../kit/forms.ts";
import { typedAppCode } from "../kit/typed-codes.ts";
import { passkeysScriptElement, renderPasskeyForm } from "../passkeys/form.ts";
import { readCredential } from "../passkeys/read-credential.ts";
import { type AccountForm, accountPath, type SectionId, type ShownForm } from "./account-form.ts";
import { accountTexts } from "./account-texts.ts";
import { alertOf, codeField, fieldError, ownPasswordField, postedPassword } from "./form-parts.ts";

/** The path of the page on which the user proves again who they are. */
export const reauthenticatePath = "/account/reauthenticate";

/** The path of the options of a passkey that proves it: those of a sign-in. */
const optionsPath = "/api/v1/auth/passkeys/login/options";

/** The form in which the user proves again who they are. The section of the account page that asked for it follows. */
export const reauthenticateForm = {
  path: reauthenticatePath,
  section: "profile",
  expectedErrors: ["VALIDATION_ERROR", "INVALID_CREDENTIALS", "INVALID_CODE"],
  async submit({ ctx, form }) {
    await reauthenticate(ctx, sentProof(form));
    await rotateBrowserToken(ctx);
    const section = findSectionId(form["for"]) ?? "profile";
    return { location: `${accountPath}?done=reauthenticated#${section}` };
  },
  render,
} as const satisfies AccountForm;

/** The section of this name, or null. */
export function findSectionId(name: unknown): SectionId | null {
  const found = Object.keys(accountTexts.en.sections).find((id) => id === name);
  return found === undefined ? null : asSectionId(found);
}

function sentProof(form: Readonly<Record<string, string>>): SentProof {
  const password = postedPassword(form);
  if (password !== undefined) return { password };
  if ("credential" in form) return { passkey: readCredential(assertionSchema, form) };
  const code = typedAppCode(form["code"] ?? "");
  if (code === null) throw fieldError("code" in form ? "code" : "password");
  return { code };
}

function render(shown: ShownForm): string {
  const { reader, at, security, values } = shown;
  const texts = accountTexts[reader.language].reauthentication;
  const section = hiddenField("for", values["for"] ?? "profile");
  const own = ownFields(shown);
  const fields = [section, ...own].join("\n");
  const form = { at, to: reauthenticatePath, fields, button: texts.button };
  const signIn = `/sign-in?prompt=login&return_to=${encodeURIComponent(accountPath)}`;
  return [
    paragraph(texts.text),
    ...(own.length === 0
      ? alertOf(shown, { INVALID_CREDENTIALS: texts.fault })
      : [renderForm(form)]),
    ...(security.hasPasskey ? [passkeyForm(shown, section)] : []),
    `<p class="links">${link(at, signIn, texts.signInAgain)}</p>`,
  ].join("\n");
}

/** The field for a proof. For an account with a second factor a password alone proves too little. */
function ownFields(shown: ShownForm): string[] {
  return shown.security.hasSecondFactor
    ? [codeField(shown, { id: "code", takesRecoveryCode: false })]
    : ownPasswordField(shown, "password");
}

function passkeyForm({ reader, at }: ShownForm, fields: string): string {
  const { withPasskey: button, fault } = accountTexts[reader.language].reauthentication;
  const form = renderPasskeyForm({
    at,
    to: reauthenticatePath,
    ceremony: "get",
    optionsPath,
    fields,
    button,
    buttonClass: "quiet",
    fault,
  });
  return `${form}\n${passkeysScriptElement(at)}`;
}

/** For the keys of the sections. */
function asSectionId(id: string): SectionId {
  return id as SectionId;
}
