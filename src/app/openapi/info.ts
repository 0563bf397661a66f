import type { Settings } from "../../platform/config/settings.ts";
import { present, type JsonObject } from "./json.ts";

/** What `info` presents of an installation. */
export interface InfoOptions {
  readonly serviceName: string;
  readonly version: string;
  readonly publicUrl: string;
  readonly contact: { readonly name: string; readonly url: string; readonly email: string | null };
  readonly licence: { readonly name: string; readonly url: string | null };
  readonly termsUrl: string | null;
  /** The path of the page with the mails of a development installation, or null without one. */
  readonly mailboxPath: string | null;
}

const urlOfMit = "https://opensource.org/license/mit";

/** The contact, the licence and the terms that the settings state. */
export function contactOf(
  settings: Settings,
): Pick<InfoOptions, "contact" | "licence" | "termsUrl"> {
  const { appUrl, brandName, supportEmail, publicUrl } = settings;
  const { docsLicenseName: name, docsLicenseUrl, docsTermsUrl } = settings;
  return {
    contact: { name: brandName, url: appUrl ?? publicUrl, email: supportEmail },
    licence: { name, url: docsLicenseUrl ?? (name === "MIT" ? urlOfMit : null) },
    termsUrl: docsTermsUrl,
  };
}

/** The `info` object of the document. */
export function describeInfo(options: InfoOptions): JsonObject {
  const { serviceName, version, contact, licence, termsUrl } = options;
  return present({
    title: serviceName,
    version,
    description: `${gettingStarted(options)}\n\n${conventions}`,
    termsOfService: termsUrl ?? undefined,
    contact: present({ name: contact.name, url: contact.url, email: contact.email ?? undefined }),
    license: present({ name: licence.name, url: licence.url ?? undefined }),
  });
}

function gettingStarted({ publicUrl, mailboxPath }: InfoOptions): string {
  const mail =
    mailboxPath === null ? "The mail" : `The mail, here at [${mailboxPath}](${mailboxPath}),`;
  const ada = '"email":"ada@example.com"';
  return `## Getting started

1. **Register** with \`POST /api/v1/auth/register\`. Every example on this page is complete: it can be sent as it is.
2. **Verify the address.** ${mail} has a link and a six-digit code: send the code to \`POST /api/v1/auth/verify\`.
3. **Sign in** with \`POST /api/v1/auth/login\`. The response has an \`access_token\` and a \`refresh_token\`. In Swagger UI, choose "Authorize" and enter the e-mail address and the password.
4. **Call** \`GET /api/v1/users/me\` with \`Authorization: Bearer <access_token>\`.
5. **Refresh** with \`POST /api/v1/auth/refresh\` before the access token expires, and **sign out** with \`POST /api/v1/auth/logout\`.

\`\`\`sh
curl -X POST ${publicUrl}/api/v1/auth/register -H 'Content-Type: application/json' \\
  -d '{${ada},"password":"SecurePassword123!"}'
curl -X POST ${publicUrl}/api/v1/auth/verify -H 'Content-Type: application/json' \\
  -d '{${ada},"code":"123456"}'
curl -X POST ${publicUrl}/api/v1/auth/login -H 'Content-Type: application/json' \\
  -d '{${ada},"password":"SecurePassword123!"}'
curl ${publicUrl}/api/v1/users/me -H "Authorization: Bearer $ACCESS_TOKEN"
\`\`\``;
}

const conventions = `## Conventions

A success response is \`{"success": true, "data": …, "timestamp": …}\`, an error response is \`{"success": false, "error": {"code", "message", "details"}, "timestamp": …}\` (\`ApiError\`). Responses under \`/oauth/\` and \`/.well-known/\` follow their RFCs instead. Timestamps are RFC 3339 in UTC. Every response has the header \`X-Request-Id\`. The extension \`x-permission\` names the permission that an operation requires. In an example, a value in capitals such as \`YOUR_REFRESH_TOKEN\`, an id and a code stand for those of your own: the description of the field states where it comes from.`;
