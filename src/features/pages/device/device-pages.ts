import { consentTexts } from "../authorize/consent-texts.ts";
import { askedItems } from "../authorize/consent-page.ts";
import { alert, hiddenField, note, paragraph, renderField, renderForm } from "../kit/forms.ts";
import { renderPage } from "../kit/layout.ts";
import type { Reader } from "../kit/page-request.ts";
import { deviceTexts } from "./device-texts.ts";

/** The page at which a user enters the code of a device (RFC 8628 §3.3). */
export const devicePath = "/device";

/** Where its form posts to. */
export const deviceCodePath = "/device/code";

/** Where the page that asks posts to. */
export const deviceDecisionPath = "/device/decision";

/** Where the page that asks for a second factor posts to. */
export const deviceSecondFactorPath = "/device/second-factor";

/** What the page for the code shows, as plain text. */
export interface CodePage {
  /** The path at which it is shown. */
  readonly at: string;
  readonly code?: string;
  readonly isFaulty?: boolean;
  readonly alert?: string;
}

/** The page at which a user enters the code of a device. */
export function enterCodePage(reader: Reader, page: CodePage): string {
  const { title, text, code, unknown, next } = deviceTexts[reader.language];
  const field = renderField({
    name: "user_code",
    label: code,
    type: "text",
    autocomplete: "off",
    attributes: 'autocapitalize="characters" spellcheck="false" maxlength="20"',
    ...(page.code === undefined ? {} : { value: page.code }),
    faults: page.isFaulty === true ? [unknown] : [],
  });
  const form = renderForm({ at: page.at, to: deviceCodePath, fields: field, button: next });
  return renderPage(reader, {
    title,
    body: [...(page.alert === undefined ? [] : [alert(page.alert)]), paragraph(text), form].join(
      "\n",
    ),
  });
}

/** What the page that asks shows, as plain text. */
export interface DeviceQuestion {
  readonly at: string;
  readonly code: string;
  readonly clientName: string;
  readonly scopes: readonly string[];
  /** The resource that the tokens are for; null for none beside the client. */
  readonly resource: string | null;
  readonly email: string;
}

/** The page that asks the user, who may have the code from another person (RFC 8628 §5.4). */
export function askDevicePage(reader: Reader, page: DeviceQuestion): string {
  const { question, warning } = deviceTexts[reader.language];
  const texts = consentTexts[reader.language];
  const named = (text: string) => text.replaceAll("{client}", () => page.clientName);
  const form = (decision: "allow" | "deny", button: string) =>
    renderForm({
      at: page.at,
      to: deviceDecisionPath,
      fields: `${hiddenField("user_code", page.code)}\n${hiddenField("decision", decision)}`,
      button,
      ...(decision === "deny" ? { look: "quiet" } : {}),
    });
  const list = askedItems(reader.language, page);
  return renderPage(reader, {
    title: named(texts.title),
    body: [
      paragraph(texts.account.replace("{email}", () => page.email)),
      paragraph(question.replace("{code}", () => page.code)),
      ...(list === "" ? [] : [paragraph(named(texts.text)), list]),
      form("allow", texts.allow),
      form("deny", texts.deny),
      note(named(warning)),
    ].join("\n"),
  });
}

/** The page after the decision. */
export function deviceDonePage(reader: Reader, isAllowed: boolean): string {
  const { allowed, denied, done } = deviceTexts[reader.language];
  return renderPage(reader, { title: isAllowed ? allowed : denied, body: paragraph(done) });
}
