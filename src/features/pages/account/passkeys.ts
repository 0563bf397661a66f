import { Value } from "@sinclair/typebox/value";

import {
  type PasskeyRecord,
  registerPasskey,
  registerPasskeyBody,
  renamePasskey,
  renamePasskeyBody,
  startRegistration,
} from "../../passkeys/index.ts";
import { rotateBrowserToken } from "../../sessions/index.ts";
import { removePasskey } from "../../sign-in-methods/index.ts";
import { hiddenField, paragraph, renderField, renderForm } from "../kit/forms.ts";
import { passkeysScriptElement, renderPasskeyForm } from "../passkeys/form.ts";
import { readCredential } from "../passkeys/read-credential.ts";
import type { AccountForm, ShownForm } from "./account-form.ts";
import { accountTexts } from "./account-texts.ts";
import { alertOf, faultsOf, fieldError } from "./form-parts.ts";
import { itemButton, renderItems, timeFact } from "./list-parts.ts";

const addPath = "/account/passkeys";
const renamePath = "/account/passkeys/rename";
const removePath = "/account/passkeys/remove";

/** The path of the options of a new passkey, for the script. */
export const passkeyOptionsPath = "/account/passkeys/options";

const section = "passkeys";

/** The form that adds a passkey. The script of the page has it sent with the credential. */
export const addPasskeyForm = {
  path: addPath,
  section,
  expectedErrors: ["VALIDATION_ERROR"],
  async submit({ ctx, form }) {
    // The script sends none if the options were refused: the reason is shown here.
    if (form["credential"] === undefined) await startRegistration(ctx);
    const credential = readCredential(registerPasskeyBody, form);
    const name = form["name"] === undefined ? {} : { name: postedName(form) };
    await registerPasskey(ctx, { ...credential, ...name });
    await rotateBrowserToken(ctx);
    return { done: "passkeyAdded" };
  },
  render(shown) {
    const { reader, at } = shown;
    const texts = accountTexts[reader.language].passkeys;
    const hasWrongName = shown.error?.detail.faults?.some(({ field }) => field === "name");
    return [
      ...(hasWrongName === true ? [] : alertOf(shown, { VALIDATION_ERROR: texts.fault })),
      renderPasskeyForm({
        at,
        to: addPath,
        ceremony: "create",
        optionsPath: passkeyOptionsPath,
        fields: nameField(shown, "passkey-name", true),
        button: texts.add,
        fault: texts.fault,
      }),
      passkeysScriptElement(at),
    ].join("\n");
  },
} as const satisfies AccountForm;

/** The form that renames a passkey. */
export const renamePasskeyForm = {
  path: renamePath,
  section,
  expectedErrors: ["VALIDATION_ERROR"],
  async submit({ ctx, form }) {
    await renamePasskey(ctx, { id: form["id"] ?? "", name: postedName(form) });
    return { done: "passkeyRenamed" };
  },
  render: (shown) => renderRename(shown, "passkey-name"),
} as const satisfies AccountForm;

/** The form that removes a passkey. The last way to sign in stays. */
export const removePasskeyForm = {
  path: removePath,
  section,
  expectedErrors: ["CONFLICT"],
  async submit({ ctx, form }) {
    await removePasskey(ctx, form["id"] ?? "");
    await rotateBrowserToken(ctx);
    return { done: "passkeyRemoved" };
  },
  render: (shown) => {
    const { lastMethod } = accountTexts[shown.reader.language];
    return alertOf(shown, { CONFLICT: lastMethod }).join("");
  },
} as const satisfies AccountForm;

/** The passkeys of the user, each with a form to rename it and a button to remove it. */
export function renderPasskeys(
  shown: Omit<ShownForm, "values" | "error">,
  passkeys: readonly PasskeyRecord[],
): string {
  const { reader, at } = shown;
  const { passkeys: texts, created, lastUsed } = accountTexts[reader.language];
  if (passkeys.length === 0) return paragraph(texts.none);
  const items = passkeys.map(({ id, name, createdAt, lastUsedAt }, index) => {
    const rename = { ...shown, values: { id, name }, error: null };
    return {
      title: name,
      facts: [
        timeFact(reader.language, created, createdAt),
        ...(lastUsedAt === null ? [] : [timeFact(reader.language, lastUsed, lastUsedAt)]),
      ],
      actions: [
        `<details><summary aria-label="${Bun.escapeHTML(`${texts.rename}: ${name}`)}">${Bun.escapeHTML(texts.rename)}</summary>`,
        renderRename(rename, `passkey-name-${index}`),
        "</details>",
        itemButton({ at, to: removePath, id, button: texts.remove, name }),
      ].join("\n"),
    };
  });
  return renderItems(items);
}

function renderRename(shown: ShownForm, fieldId: string): string {
  const { reader, at, values } = shown;
  const fields = `${hiddenField("id", values["id"] ?? "")}\n${nameField(shown, fieldId, false)}`;
  const { saveName: button } = accountTexts[reader.language].passkeys;
  return renderForm({ at, to: renamePath, fields, button, look: "quiet" });
}

function nameField(shown: ShownForm, id: string, isOptional: boolean): string {
  const texts = accountTexts[shown.reader.language].passkeys;
  return renderField({
    id,
    name: "name",
    label: texts.name,
    type: "text",
    autocomplete: "off",
    attributes: 'maxlength="64"',
    isOptional,
    value: shown.values["name"] ?? "",
    faults: shown.error?.detail.faults?.some(({ field }) => field === "name")
      ? faultsOf(shown, "name", { VALIDATION_ERROR: texts.wrongName })
      : [],
  });
}

function postedName(form: Readonly<Record<string, string>>): string {
  const name = form["name"] ?? "";
  if (!Value.Check(renamePasskeyBody, { name })) throw fieldError("name");
  return name;
}
