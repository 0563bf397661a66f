import { type ConsentRecord, withdrawConsent } from "../../consents/index.ts";
import { paragraph } from "../kit/forms.ts";
import type { Reader } from "../kit/page-request.ts";
import type { AccountForm } from "./account-form.ts";
import { accountTexts } from "./account-texts.ts";
import { itemButton, renderItems, timeFact } from "./list-parts.ts";

/** The form that withdraws what the user allowed an application. */
export const withdrawConsentForm = {
  path: "/account/applications/withdraw",
  section: "applications",
  expectedErrors: [],
  async submit({ ctx, form }) {
    await withdrawConsent(ctx, form["id"] ?? "");
    return { done: "application" };
  },
  render: () => "",
} as const satisfies AccountForm;

/** The applications that the user allowed to use the account, with their scopes and resources. */
export function renderApplications(
  { language }: Reader,
  at: string,
  consents: readonly ConsentRecord[],
): string {
  const { applications: texts } = accountTexts[language];
  const items = consents.map(({ id, clientName, scopes, resources, grantedAt }) => ({
    title: clientName,
    facts: [
      Bun.escapeHTML(scopes.join(" ")),
      ...resources.map((each) => Bun.escapeHTML(`${each.resource}: ${each.scopes.join(" ")}`)),
      timeFact(language, texts.allowed, grantedAt),
    ],
    actions: itemButton({
      at,
      to: withdrawConsentForm.path,
      id,
      button: texts.button,
      name: clientName,
    }),
  }));
  return `${paragraph(texts.text)}\n${renderItems(items)}`;
}
