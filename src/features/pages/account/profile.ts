import { Value } from "@sinclair/typebox/value";

import type { UserActor } from "../../../kernel/context.ts";
import { AppError } from "../../../kernel/errors.ts";
import { languages } from "../../../kernel/language.ts";
import { updateProfile } from "../../own-account/index.ts";
import { profileFields, type ProfileUpdate } from "../../users/index.ts";
import { renderField, renderForm } from "../kit/forms.ts";
import type { AccountForm, ShownForm } from "./account-form.ts";
import { accountTexts } from "./account-texts.ts";
import { faultsOf } from "./form-parts.ts";

/** The fields of a profile that the page shows. `metadata` belongs to the applications. */
const names = ["name", "username", "phone", "avatar_url", "locale"] as const;

/** The form of the profile. A field that is emptied is removed. */
export const profileForm = {
  path: "/account/profile",
  section: "profile",
  expectedErrors: ["VALIDATION_ERROR", "DUPLICATE_USERNAME"],
  async submit({ ctx, form }) {
    await updateProfile(ctx, changesOf(form, ctx.actor));
    return { done: "profile" };
  },
  render,
} as const satisfies AccountForm;

/** The present values of the profile's fields, by their names in the form. */
export function profileValues(user: UserActor): Record<(typeof names)[number], string> {
  const { phone, avatarUrl, locale } = user.profile;
  return {
    name: user.name ?? "",
    username: user.username ?? "",
    phone: phone ?? "",
    avatar_url: avatarUrl ?? "",
    locale: locale ?? "",
  };
}

/** What the user has changed. Throws `VALIDATION_ERROR` for values of a wrong form. */
function changesOf(form: Readonly<Record<string, string>>, user: UserActor): ProfileUpdate {
  const present = profileValues(user);
  const changed = names.filter((name) => (form[name] ?? "") !== present[name]);
  const changes = Object.fromEntries(changed.map((name) => [name, form[name] ?? null]));
  const wrong = changed.filter((name) => !Value.Check(profileFields[name], changes[name]));
  if (wrong.length === 0) return changes;
  throw new AppError("VALIDATION_ERROR", "The request is not valid.", {
    faults: wrong.map((field) => ({ field, issue: "Does not have the right form." })),
  });
}

function render(shown: ShownForm): string {
  const { reader, at, values } = shown;
  const texts = accountTexts[reader.language].profile;
  const field = (
    name: Exclude<(typeof names)[number], "locale">,
    type: "tel" | "text" | "url",
    autocomplete: string,
    maxLength: number,
  ): string =>
    renderField({
      name,
      label: texts[name],
      type,
      autocomplete,
      attributes: `maxlength="${maxLength}"`,
      isOptional: true,
      value: values[name] ?? "",
      ...(name === "username" ? { hint: texts.usernameHint } : {}),
      faults: faultsOf(shown, name, {
        VALIDATION_ERROR: texts.wrong[name],
        ...(name === "username" ? { DUPLICATE_USERNAME: texts.usernameTaken } : {}),
      }),
    });
  const fields = [
    field("name", "text", "name", 200),
    field("username", "text", "username", 64),
    field("phone", "tel", "tel", 32),
    field("avatar_url", "url", "photo", 2048),
    languageField(shown),
  ].join("\n");
  return renderForm({ at, to: profileForm.path, fields, button: texts.save });
}

/** Mails are written in the chosen language. One that was set elsewhere, such as `en-GB`, stays a choice. */
function languageField({ reader, values }: ShownForm): string {
  const texts = accountTexts[reader.language].profile;
  const chosen = values["locale"] ?? "";
  const choices = [...new Set(["", ...languages, chosen])];
  const nameOf = new Intl.DisplayNames([reader.language], { type: "language" });
  const options = choices.map((tag) => {
    const name = tag === "" ? texts.noLanguage : nameOfTag(nameOf, tag);
    const selected = tag === chosen ? " selected" : "";
    return `<option value="${Bun.escapeHTML(tag)}"${selected}>${Bun.escapeHTML(name)}</option>`;
  });
  return `<label for="locale">${Bun.escapeHTML(texts.locale)}</label>
<select id="locale" name="locale">
${options.join("\n")}
</select>`;
}

function nameOfTag(names: Intl.DisplayNames, tag: string): string {
  try {
    return names.of(tag) ?? tag;
  } catch {
    return tag;
  }
}
