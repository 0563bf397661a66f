import type { Language } from "../../../kernel/language.ts";
import { hiddenField, note, paragraph, renderForm } from "../kit/forms.ts";
import { renderPage } from "../kit/layout.ts";
import type { Reader } from "../kit/page-request.ts";
import { consentTexts } from "./consent-texts.ts";
import { decisionPath } from "./paths.ts";

/** What the consent page shows, as plain text. */
export interface ConsentPage {
  /** The path at which it is shown. */
  readonly at: string;
  readonly clientName: string;
  readonly scopes: readonly string[];
  /** The resource that the tokens are for; null for none beside the client. */
  readonly resource: string | null;
  readonly email: string;
  readonly redirectUri: string;
  /** The query of the request, and the proof that the page was shown in the user's session. */
  readonly query: string;
  readonly proof: string;
}

/** The page on which the user allows a client what it asks for (OpenID Connect Core §3.1.2.4). */
export function consentPage(reader: Reader, page: ConsentPage): string {
  const texts = consentTexts[reader.language];
  const named = (text: string) => text.replaceAll("{client}", () => page.clientName);
  const list = askedItems(reader.language, page);
  const request = [hiddenField("request", page.query), hiddenField("proof", page.proof)];
  const form = (decision: "allow" | "deny", button: string) =>
    renderForm({
      at: page.at,
      to: decisionPath,
      fields: [...request, hiddenField("decision", decision)].join("\n"),
      button,
    });
  return renderPage(reader, {
    title: named(texts.title),
    body: [
      paragraph(texts.account.replace("{email}", () => page.email)),
      ...(list === "" ? [] : [paragraph(named(texts.text)), list]),
      form("allow", texts.allow),
      form("deny", texts.deny),
      note(texts.place.replace("{place}", () => placeOf(page.redirectUri))),
    ].join("\n"),
  });
}

/** The list of what a client asks for, as HTML; empty for nothing. */
export function askedItems(
  language: Language,
  { scopes, resource }: Pick<ConsentPage, "scopes" | "resource">,
): string {
  const texts = consentTexts[language];
  const ofScopes = scopes.map((scope) => {
    const known = Object.hasOwn(texts.scopes, scope) ? texts.scopes[scope] : undefined;
    return known ?? texts.otherScope.replace("{scope}", () => scope);
  });
  const ofResource =
    resource === null ? [] : [texts.resource.replace("{resource}", () => resource)];
  const items = [...ofScopes, ...ofResource];
  const list = items.map((item) => `<li>${Bun.escapeHTML(item)}</li>`).join("\n");
  return items.length === 0 ? "" : `<ul>\n${list}\n</ul>`;
}

/** What the user can recognise of a redirect URI: its host, or the scheme of an app. */
function placeOf(redirectUri: string): string {
  const { host, protocol } = new URL(redirectUri);
  return host === "" ? protocol.slice(0, -1) : host;
}
