import type { DocumentedSceneOptions } from "./documented-scene.ts";
import { createReaderSteps, startSocialLogin } from "./documented-steps.ts";
import { goodPassword } from "./journey.ts";
import { callback } from "./relying-party.ts";

/** A page of the documentation whose commands run, and what its reader has and does. */
export interface DocumentedPage {
  /** Whose token `$ACCESS_TOKEN` is. */
  readonly reader: "ada" | "admin";
  readonly settings?: Readonly<Record<string, string>>;
  /** What the page assumes beside users and tokens: lines. */
  readonly before?: string;
  /** What the reader does before a block: lines, by a part of that block. */
  readonly between?: Readonly<Record<string, string>>;
  /** What stands on the page for something of the reader's own. */
  readonly replaced?: Readonly<Record<string, string>>;
  /** The beginnings of the commands of which the page says that they are refused. */
  readonly refused?: readonly string[];
  /** Starts what the page assumes beside Gatehouse. */
  readonly start?: (stack: AsyncDisposableStack) => Promise<DocumentedSceneOptions>;
}

const withSteps = () => Promise.resolve({ steps: createReaderSteps() });

const signIn = `curl -s $API/auth/login --json '{"email": "ada@example.com", "password": "${goodPassword}"}'`;

/** Signs the user ada in and turns the second factor on, with a new app. */
const turnOn = `gatehouse users reset-2fa ada@example.com || true
${signIn}
AUTH="authorization: Bearer $(reader last access_token)"
curl -s $API/auth/2fa/setup -H "$AUTH" --json '{"password": "${goodPassword}"}'
curl -s $API/auth/2fa/enable -H "$AUTH" --json '{"code": "'$(reader code)'"}'
`;

/** The pages whose commands run, each with a server of its own. */
export const documentedPages: Readonly<Record<string, DocumentedPage>> = {
  "docs/accounts.md": { reader: "ada" },
  "docs/audit.md": { reader: "admin" },
  "docs/commands.md": { reader: "admin" },
  "docs/deployment.md": {
    reader: "admin",
    before: `printf %s '${goodPassword}' > file\n`,
  },
  "docs/doctor.md": {
    reader: "admin",
    before: "touch gatehouse.env\n",
    replaced: { "/etc/gatehouse.env": "gatehouse.env" },
  },
  "docs/events.md": { reader: "admin" },
  "docs/forward-auth.md": { reader: "admin" },
  "docs/keys.md": { reader: "ada", settings: { JWT_ALGORITHM: "ES256" } },
  "docs/limits.md": { reader: "ada" },
  "docs/mails.md": {
    reader: "ada",
    before: `curl -s -X PATCH localhost:8000/api/v1/users/me -H "authorization: Bearer $ACCESS_TOKEN" --json '{"locale": "de"}'
curl -s localhost:8000/api/v1/auth/password/reset --json '{"email": "ada@example.com"}'
until ls data/mail/*-reset-password-*.eml; do sleep 0.1; done\n`,
  },
  "docs/oauth2.md": { reader: "ada" },
  "docs/openid-provider.md": {
    reader: "ada",
    before: `gatehouse clients create --name Shop --redirect-uri ${callback} --public > shop
reader allow "$(sed -n 's/^client_id=//p' shop)"\n`,
    between: { "grants/$GRANT_ID": "GRANT_ID=$(reader last id)\n" },
    start: withSteps,
  },
  "docs/posts.md": { reader: "ada" },
  "docs/roles.md": { reader: "admin" },
  "docs/second-factor.md": {
    reader: "ada",
    start: withSteps,
    refused: ["curl -s $API/auth/login"],
    replaced: {
      "CODE=123456": "CODE=$(reader code)",
      "GEZD-GNBV-GY3T-QOJQ": "'$(reader last recovery_codes)'",
    },
    between: {
      '$MFA_TOKEN\'", "code"': "MFA_TOKEN=$(reader last mfa_token)\n",
      '$MFA_TOKEN\'", "recovery_code"': `${signIn} || true\nMFA_TOKEN=$(reader last mfa_token)\n`,
      "2fa/recovery-codes": turnOn,
      "users/$ID/2fa": turnOn,
      "gatehouse users reset-2fa": turnOn,
      "auth/reauthenticate": turnOn,
    },
  },
  "docs/sessions.md": { reader: "ada" },
  "docs/social-login.md": {
    reader: "ada",
    start: startSocialLogin,
    replaced: { "oauth/google": "oauth/keycloak", "identities/github": "identities/keycloak" },
    between: {
      "oauth/exchange":
        'CODE=$(reader sign-in "$API/auth/oauth/keycloak?redirect_uri=https://app.example.com/signed-in&code_challenge=$CHALLENGE&code_challenge_method=S256")\n',
      $ID_TOKEN: "NONCE=a-nonce-of-the-app\nID_TOKEN=$(reader id-token $NONCE)\n",
      "identities/$IDENTITY_ID": `reader link
curl -s $API/users/me/identities -H "Authorization: Bearer $ACCESS_TOKEN"
IDENTITY_ID=$(reader last id)\n`,
    },
  },
  "docs/users.md": {
    reader: "admin",
    before: `curl -s localhost:8000/api/v1/roles -H "authorization: Bearer $ADMIN" --json '{"name": "accountant"}'\n`,
  },
  "docs/webhooks.md": {
    reader: "admin",
    replaced: { "WEBHOOK_ID=01a20250-d72f-7624-846f-b48bbb15478a": "WEBHOOK_ID=$(reader last id)" },
    start: withSteps,
  },
};
