import { assetUrl } from "./asset-files.ts";

/** A page and the Content-Security-Policy that it needs. */
export interface Page {
  readonly html: string;
  readonly contentSecurityPolicy: string;
}

/** The icon of the pages, as a `data:` URL. */
export const iconUrl = `data:image/svg+xml,${encodeURIComponent(
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="8" fill="#3b5bdb"/>` +
    `<path d="M8 25V14a8 8 0 0 1 16 0v11M12.8 25V14M19.2 25V14M8 18h16" fill="none" stroke="#fff" stroke-width="2.2" stroke-linecap="round"/></svg>`,
)}`;

/** Swagger UI for `/openapi.json`, without inline scripts or styles. All files come from this service. */
export async function swaggerPage(serviceName: string): Promise<Page> {
  const [style, pageStyle, script, pageScript] = await Promise.all([
    assetUrl("swagger-ui.css"),
    assetUrl("swagger-page.css"),
    assetUrl("swagger-ui-bundle.js"),
    assetUrl("swagger-page.js"),
  ]);
  return {
    contentSecurityPolicy: policy("style-src 'self'"),
    html: referencePage({
      title: `${serviceName} · Swagger UI`,
      head: `<link rel="stylesheet" href="${style}">
<link rel="stylesheet" href="${pageStyle}">
<script defer src="${script}"></script>
<script defer src="${pageScript}"></script>`,
      body: `<div id="swagger-ui"></div>`,
    }),
  };
}

/** ReDoc for `/openapi.json`. It creates styles at run time, which need `styleNonce`, a new value for every response. */
export async function redocPage(serviceName: string, styleNonce: string): Promise<Page> {
  const [style, pageScript, script] = await Promise.all([
    assetUrl("redoc-page.css"),
    assetUrl("redoc-page.js"),
    assetUrl("redoc.standalone.js"),
  ]);
  return {
    contentSecurityPolicy: policy(`style-src 'self' 'nonce-${styleNonce}'`, "font-src data:"),
    html: referencePage({
      title: `${serviceName} · ReDoc`,
      head: `<meta property="csp-nonce" nonce="${styleNonce}">
<link rel="stylesheet" href="${style}">
<script src="${pageScript}"></script>
<script type="module" src="${script}"></script>`,
      body: `<redoc spec-url="/openapi.json" disable-telemetry="true"></redoc>`,
    }),
  };
}

function policy(...sources: readonly string[]): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    ...sources,
    "img-src 'self' data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join("; ");
}

function referencePage(parts: { title: string; head: string; body: string }): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${Bun.escapeHTML(parts.title)}</title>
<link rel="icon" href="${iconUrl}">
${parts.head}
</head>
<body>
${parts.body}
</body>
</html>
`;
}
