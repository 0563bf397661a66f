import { languageTag } from "../../../kernel/language.ts";
import type { Reader } from "./page-request.ts";
import { sharedTexts } from "./shared-texts.ts";
import { styleSheetOf } from "./style-sheet.ts";

/** A page. `title` is plain text, `body` is HTML. */
export interface Page {
  readonly title: string;
  readonly body: string;
  /** Whether the page is a wide one, for lists and several forms. */
  readonly isWide?: boolean;
  /** The path of a module script. The page also needs the policy with `hasScript`. */
  readonly script?: string;
}

/** The HTML document of a page. It needs `pageHeaders()`, which allow its style sheet. */
export function renderPage(reader: Reader, page: Page): string {
  const title = Bun.escapeHTML(page.title);
  const { brand, language } = reader;
  const name = Bun.escapeHTML(brand.name);
  const script =
    page.script === undefined ? "" : `\n<script type="module" src="${page.script}"></script>`;
  const logo =
    brand.logoPath === null ? "" : `<img src="${Bun.escapeHTML(brand.logoPath)}" alt="">\n`;
  return `<!doctype html>
<html lang="${languageTag(language)}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title} · ${name}</title>
<style>${styleSheetOf(brand.palette).text}</style>${script}
</head>
<body${page.isWide === true ? ' class="wide"' : ""}>
<header>
${logo}<span>${name}</span>
</header>
<main>
<h1>${title}</h1>
${page.body}
</main>${foot(reader)}
</body>
</html>
`;
}

function foot({ brand: { supportEmail }, language }: Reader): string {
  if (supportEmail === null) return "";
  const address = Bun.escapeHTML(supportEmail);
  const { help } = sharedTexts[language];
  return `\n<footer>${Bun.escapeHTML(help)}<a href="mailto:${address}">${address}</a></footer>`;
}

/** What a page may do besides showing itself. */
export interface PagePolicy {
  /** The origins besides our own that a form of this page may be redirected to (CSP Level 3, `form-action`). */
  readonly formTargets?: readonly string[];
  /** Whether scripts that this service serves may run, and send requests to it. */
  readonly hasScript?: boolean;
  /** Whether it may frame other pages of this service. */
  readonly hasFrame?: boolean;
}

/**
 * The headers of every page: it loads only the logo, is framed by no page, and its forms post to this origin only (CSP Level 3).
 * The URL with its token is not sent as a referrer, stored in a cache or indexed.
 */
export function pageHeaders({
  brand,
  formTargets = [],
  hasScript = false,
  hasFrame = false,
}: Pick<Reader, "brand"> & PagePolicy): Record<string, string> {
  const policy = [
    "default-src 'none'",
    `style-src ${styleSheetOf(brand.palette).source}`,
    "img-src 'self'",
    ...(hasScript ? ["script-src 'self'", "connect-src 'self'"] : []),
    ...(hasFrame ? ["frame-src 'self'"] : []),
    ["form-action 'self'", ...formTargets].join(" "),
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ];
  return {
    "content-type": "text/html; charset=utf-8",
    "content-security-policy": policy.join("; "),
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
    "x-robots-tag": "noindex",
  };
}

/** What a page sets of its response besides the body. */
export interface PageResponse {
  status?: number | string;
  headers: Record<string, string | number | undefined>;
}

/**
 * Sets the status and headers of a page and returns its HTML. An error that the handler throws later must not get them. A page
 * that may do more than showing itself is shown with its policy beside the reader.
 */
export function showPage(
  set: PageResponse,
  reader: Reader & PagePolicy,
  status: number,
  html: string,
): string {
  set.status = status;
  Object.assign(set.headers, pageHeaders(reader));
  return html;
}
