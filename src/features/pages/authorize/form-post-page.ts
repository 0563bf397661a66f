import type { InEveryLanguage } from "../../../kernel/language.ts";
import type { RedirectOutcome } from "../../authorization/index.ts";
import { hiddenField, paragraph } from "../kit/forms.ts";
import { pageHeaders, type PageResponse, renderPage } from "../kit/layout.ts";
import type { Reader } from "../kit/page-request.ts";
import { styleSheetOf } from "../kit/style-sheet.ts";

const texts: InEveryLanguage<{
  readonly title: string;
  readonly text: string;
  readonly button: string;
}> = {
  en: {
    title: "You are being sent on",
    text: "If nothing happens, press the button.",
    button: "Continue",
  },
  de: {
    title: "Sie werden weitergeleitet",
    text: "Wenn nichts geschieht, drücken Sie die Schaltfläche.",
    button: "Weiter",
  },
  es: {
    title: "Se le está redirigiendo",
    text: "Si no ocurre nada, pulse el botón.",
    button: "Continuar",
  },
  zh: { title: "正在转到应用", text: "如果没有反应，请点击按钮。", button: "继续" },
};

const script = "document.forms[0].submit()";
const scriptSource = `'sha256-${new Bun.CryptoHasher("sha256").update(script).digest("base64")}'`;

/** The page that posts the response to the client (OAuth 2.0 Form Post Response Mode §2). Without a script, the user does. */
export function formPostPage(reader: Reader, { redirectUri, fields }: RedirectOutcome): string {
  const { title, text, button } = texts[reader.language];
  const hidden = Object.entries(fields).map(([name, value]) => hiddenField(name, value));
  return renderPage(reader, {
    title,
    body: `<form method="post" action="${Bun.escapeHTML(redirectUri)}">
${hidden.join("\n")}
${paragraph(text)}
<button type="submit">${Bun.escapeHTML(button)}</button>
</form>
<script>${script}</script>`,
  });
}

/** Sends that page. It has no `form-action`, which would also forbid what the client's own page leads on to. */
export function showFormPost(set: PageResponse, reader: Reader, html: string): string {
  set.status = 200;
  const policy = [
    "default-src 'none'",
    `script-src ${scriptSource}`,
    `style-src ${styleSheetOf(reader.brand.palette).source}`,
    "img-src 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ];
  Object.assign(set.headers, pageHeaders(reader), { "content-security-policy": policy.join("; ") });
  return html;
}
