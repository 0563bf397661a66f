import type { ResponseHeaders } from "../../../platform/http/exchange.ts";
import { paragraph } from "../kit/forms.ts";
import type { Page } from "../kit/layout.ts";
import type { Reader } from "../kit/page-request.ts";
import { providerName } from "../kit/provider-names.ts";
import { linkButton } from "../kit/way-on.ts";
import { accountTexts } from "./account-texts.ts";

/**
 * The page from which the browser continues at a provider, by itself or by its link. Not a redirect: after a form browsers follow
 * one to the origins of `form-action` only (CSP Level 3), and which origin the provider uses is known only now.
 */
export function continuePage(
  { language }: Reader,
  {
    location,
    provider,
    headers,
  }: {
    readonly location: string;
    readonly provider: string;
    readonly headers: ResponseHeaders;
  },
): Page {
  headers["refresh"] = `0; url=${location}`;
  const { continueTitle, continueText, continueButton } = accountTexts[language].providers;
  const name = providerName(provider);
  return {
    title: continueTitle(name),
    body: [paragraph(continueText), linkButton(location, continueButton(name))].join("\n"),
  };
}
