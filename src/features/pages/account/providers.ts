import { createBindingCookie } from "../../../platform/http/binding-cookie.ts";
import type { Settings } from "../../../platform/config/settings.ts";
import type { IdentityRecord } from "../../identities/index.ts";
import { unlinkIdentity } from "../../sign-in-methods/index.ts";
import { browserOf, type SocialLogin, startLinkOnPage } from "../../social-login/index.ts";
import { hiddenField, paragraph, relativePath, renderForm } from "../kit/forms.ts";
import type { Reader } from "../kit/page-request.ts";
import { providerName } from "../kit/provider-names.ts";
import { type AccountForm, accountPath } from "./account-form.ts";
import { accountTexts } from "./account-texts.ts";
import { continuePage } from "./continue-page.ts";
import { alertOf } from "./form-parts.ts";
import { itemButton, renderItems, timeFact } from "./list-parts.ts";

const unlinkPath = "/account/providers/unlink";

/** The path of the page that asks before it links, and of its form. */
export const linkPath = "/account/providers/link";

/** The form that links an identity at a provider. The browser continues at the provider. */
export function linkForm(settings: Settings, social: SocialLogin) {
  const bindingCookie = createBindingCookie(settings);
  return {
    path: linkPath,
    section: "providers",
    expectedErrors: ["VALIDATION_ERROR"],
    unavailableText: ({ language }) => accountTexts[language].linkFaults.unavailable,
    async submit({ ctx, form, request, headers, reader }) {
      const provider = form["provider"] ?? "";
      const { location, binding } = await startLinkOnPage(ctx, social, {
        provider,
        redirectUri: `${settings.publicUrl}${accountPath}`,
        browser: browserOf(request, bindingCookie),
      });
      headers["set-cookie"] = bindingCookie.store(binding.value, binding.mode);
      return { page: continuePage(reader, { location, provider, headers }) };
    },
    render({ reader, at, values, error }) {
      const { failed } = accountTexts[reader.language].providers;
      const provider = values["provider"] ?? "";
      return [
        ...alertOf({ error }, { VALIDATION_ERROR: failed }),
        renderLink(reader, at, provider),
      ].join("\n");
    },
  } as const satisfies AccountForm;
}

function renderLink({ language }: Reader, at: string, provider: string): string {
  const { linkButton } = accountTexts[language].providers;
  const fields = hiddenField("provider", provider);
  return renderForm({ at, to: linkPath, fields, button: linkButton(providerName(provider)) });
}

/** The page that names the provider and the account before it links them. */
export function askToLinkPage(
  reader: Reader,
  { provider, email }: { readonly provider: string; readonly email: string },
) {
  const { linkTitle, linkText } = accountTexts[reader.language].providers;
  const name = providerName(provider);
  return {
    title: linkTitle(name),
    body: [paragraph(linkText(name, email)), renderLink(reader, linkPath, provider)].join("\n"),
  };
}

/** The form that unlinks an identity. The last way to sign in stays. */
export const unlinkForm = {
  path: unlinkPath,
  section: "providers",
  expectedErrors: ["CONFLICT"],
  async submit({ ctx, form }) {
    await unlinkIdentity(ctx, form["id"] ?? "");
    return { done: "unlinked" };
  },
  render: (shown) => {
    const { lastMethod } = accountTexts[shown.reader.language];
    return alertOf(shown, { CONFLICT: lastMethod }).join("");
  },
} as const satisfies AccountForm;

/** The identities of the user, and the providers that can be linked. */
export function renderProviders(
  { language }: Reader,
  at: string,
  {
    identities,
    providers,
  }: { readonly identities: readonly IdentityRecord[]; readonly providers: readonly string[] },
): string {
  const { providers: texts, created, lastUsed } = accountTexts[language];
  const items = identities.map(({ id, provider, email, createdAt, lastUsedAt }) => {
    const title = providerName(provider);
    return {
      title,
      facts: [
        ...(email === null ? [] : [Bun.escapeHTML(email)]),
        timeFact(language, created, createdAt),
        timeFact(language, lastUsed, lastUsedAt),
      ],
      actions: itemButton({ at, to: unlinkPath, id, button: texts.unlink, name: title }),
    };
  });
  const linked = new Set(identities.map(({ provider }) => provider));
  const links = providers
    .filter((provider) => !linked.has(provider))
    .map((provider) => {
      const address = `${relativePath(at, linkPath)}?provider=${encodeURIComponent(provider)}`;
      const text = texts.linkButton(providerName(provider));
      return `<a class="button quiet" href="${Bun.escapeHTML(address)}">${Bun.escapeHTML(text)}</a>`;
    });
  return [
    items.length === 0 ? paragraph(texts.none) : renderItems(items),
    ...(links.length === 0 ? [] : [`<div class="actions">\n${links.join("\n")}\n</div>`]),
  ].join("\n");
}
