import type { Language } from "../../../kernel/language.ts";
import { renderField } from "./forms.ts";
import { sharedTexts } from "./shared-texts.ts";

/** The field for an e-mail address, as HTML. */
export function emailField(
  language: Language,
  field: {
    readonly id?: string | undefined;
    readonly email: string;
    readonly isFaulty: boolean;
  },
): string {
  const texts = sharedTexts[language];
  return renderField({
    id: field.id,
    name: "email",
    label: texts.email,
    type: "email",
    autocomplete: "email",
    attributes: 'maxlength="254"',
    value: field.email,
    faults: field.isFaulty ? [texts.notAnAddress] : [],
  });
}
