import { createHash } from "node:crypto";

import { iconUrl, type Page } from "./reference-pages.ts";

const style = `
:root { color-scheme: light dark; --ink: #1f2430; --soft: #5c6475; --line: #dfe3ea; --card: #fff; --ground: #f5f7fa; --accent: #3b5bdb; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e8ebf1; --soft: #9aa4b8; --line: #2e3544; --card: #1b202b; --ground: #12161e; --accent: #8ea6ff; }
}
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 2rem 1rem; background: var(--ground); color: var(--ink);
  font: 1rem/1.5 system-ui, sans-serif; }
main { width: min(36rem, 100%); }
img { width: 3rem; height: 3rem; display: block; }
h1 { margin: 1rem 0 .25rem; font-size: 1.75rem; line-height: 1.2; letter-spacing: -.01em; overflow-wrap: anywhere; }
p { margin: 0; color: var(--soft); }
ul { list-style: none; margin: 1.75rem 0 0; padding: 0; display: grid; gap: .75rem; }
a { display: block; padding: 1rem 1.25rem; border: 1px solid var(--line); border-radius: .75rem; background: var(--card); color: inherit; text-decoration: none; }
a:hover, a:focus-visible { border-color: var(--accent); outline: none; box-shadow: 0 0 0 1px var(--accent); }
strong { display: block; color: var(--accent); }
`;

const contentSecurityPolicy = [
  "default-src 'none'",
  `style-src 'sha256-${createHash("sha256").update(style).digest("base64")}'`,
  "img-src data:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

/** A link of the landing page. */
export interface LandingLink {
  readonly path: string;
  readonly name: string;
  readonly what: string;
}

/** Links to the documentation of the API. */
export const documentationLinks: readonly LandingLink[] = [
  {
    path: "/docs",
    name: "Swagger UI",
    what: "Read every operation, sign in, and call it from the browser",
  },
  { path: "/redoc", name: "ReDoc", what: "The same reference on one page" },
  { path: "/openapi.json", name: "OpenAPI document", what: "For client generators and test tools" },
  { path: "/asyncapi.json", name: "AsyncAPI document", what: "The events for other systems" },
];

/** The page at `/`: the name of the service, and links. It has no script and loads no file. */
export function landingPage(serviceName: string, links: readonly LandingLink[]): Page {
  const items = links.map(
    ({ path, name, what }) => `<li><a href="${path}"><strong>${name}</strong>${what}</a></li>`,
  );
  const list = items.length > 0 ? `\n<ul>\n${items.join("\n")}\n</ul>` : "";
  const name = Bun.escapeHTML(serviceName);
  return {
    contentSecurityPolicy,
    html: `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${name}</title>
<link rel="icon" href="${iconUrl}">
<style>${style}</style>
</head>
<body>
<main>
<img src="${iconUrl}" alt="">
<h1>${name}</h1>
<p>The authentication service is running.</p>${list}
</main>
</body>
</html>
`,
  };
}
