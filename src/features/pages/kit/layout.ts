import { languageTag } from "../../../kernel/language.ts";
import type { Reader } from "./page-request.ts";

/** A page without a script. `title` is plain text, `body` is HTML. */
export interface Page {
  readonly title: string;
  readonly body: string;
}

/** The HTML document of a page. It needs `pageHeaders()`, which allow its style sheet. */
export function renderPage(reader: Reader, page: Page): string {
  const title = Bun.escapeHTML(page.title);
  const service = Bun.escapeHTML(reader.serviceName);
  return `<!doctype html>
<html lang="${languageTag(reader.language)}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title} · ${service}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<p class="service">${service}</p>
<h1>${title}</h1>
${page.body}
</main>
</body>
</html>
`;
}

/** What a page may do besides showing itself. By default nothing. */
export interface PagePolicy {
  /** Other origins at which its forms may end: browsers apply `form-action` to redirects after a POST as well. */
  readonly formTargets?: readonly string[];
  /** Whether it loads the script of the pages, which sends requests to this origin. */
  readonly hasScript?: boolean;
}

/**
 * The headers of every page: nothing frames it, it loads nothing but the script of its policy, and its forms post to this origin
 * only (CSP Level 3). The URL with its token is not sent as a referrer, stored in a cache or indexed.
 */
export function pageHeaders(policy: PagePolicy = {}): Record<string, string> {
  return {
    "content-type": "text/html; charset=utf-8",
    "content-security-policy": contentSecurityPolicy(policy),
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

/** Sets the status and headers of a page and returns its HTML. An error that the handler throws later must not get them. */
export function showPage(
  set: PageResponse,
  status: number,
  html: string,
  policy?: PagePolicy,
): string {
  set.status = status;
  Object.assign(set.headers, pageHeaders(policy));
  return html;
}

const STYLE = `
:root { color-scheme: light dark; --back: #f2f4f7; --card: #ffffff; --ink: #1c2430; --quiet: #5a6575; --line: #8792a2; --accent: #1f5fd0; --on-accent: #ffffff; --bad: #b3261e; }
@media (prefers-color-scheme: dark) {
:root { --back: #12161c; --card: #1c222b; --ink: #e6eaf0; --quiet: #a4afbd; --line: #6f7b8b; --accent: #7aa9ff; --on-accent: #0c1420; --bad: #ffb4ab; }
}
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; min-height: 100dvh; padding: 16px; display: grid; place-items: center; background: var(--back); color: var(--ink); font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, Arial, sans-serif; }
main { width: 100%; max-width: 28rem; padding: 2rem 1.5rem; background: var(--card); border-radius: 12px; overflow-wrap: anywhere; }
.service { margin: 0 0 1rem; font-weight: 600; color: var(--quiet); }
h1 { margin: 0 0 .75rem; font-size: 1.5rem; line-height: 1.25; }
p { margin: 0 0 1rem; }
form { margin: 1.5rem 0 0; }
label { display: block; margin: 0 0 .375rem; font-weight: 600; }
input, textarea { width: 100%; margin: 0 0 1rem; padding: .75rem; border: 1px solid var(--line); border-radius: 8px; background: transparent; color: inherit; font: inherit; }
textarea { display: block; resize: vertical; font: .875rem/1.4 ui-monospace, monospace; }
[aria-invalid] { border-color: var(--bad); }
button { width: 100%; padding: .75rem 1.25rem; border: 0; border-radius: 8px; background: var(--accent); color: var(--on-accent); font: inherit; font-weight: 600; cursor: pointer; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 3px; }
h2 { margin: 2rem 0 0; font-size: 1.125rem; }
h2 + form { margin-top: 1rem; }
.hint { margin: 0 0 .375rem; font-size: .875rem; color: var(--quiet); }
.fault { color: var(--bad); }
label ~ .fault { margin: 0 0 .375rem; font-size: .875rem; }
.note { margin: 1rem 0 0; font-size: .875rem; color: var(--quiet); }
`;

const STYLE_HASH = new Bun.CryptoHasher("sha256").update(STYLE).digest("base64");

/** The source of the style of every page, for the policy of a page that is sent with headers of its own. */
export const styleSource = `'sha256-${STYLE_HASH}'`;

function contentSecurityPolicy({ formTargets = [], hasScript = false }: PagePolicy): string {
  return [
    "default-src 'none'",
    ...(hasScript ? ["script-src 'self'", "connect-src 'self'"] : []),
    `style-src ${styleSource}`,
    ["form-action 'self'", ...formTargets].join(" "),
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join("; ");
}
