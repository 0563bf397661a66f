/** A tag of the document. */
export interface Tag {
  readonly name: string;
  readonly description: string;
}

/** The tags in the order in which a new reader needs them: the user's own journey, administration, then other services. */
export const apiTags: readonly Tag[] = [
  {
    name: "Sign-up and sign-in",
    description: "Register an account, and sign in with a password or with a link or code by mail.",
  },
  {
    name: "E-mail verification",
    description: "Prove that the address is the user's: with the link or the code of the mail.",
  },
  { name: "Users", description: "The signed-in user's own account, profile and consents." },
  {
    name: "Sessions",
    description:
      "Refresh tokens, sign out, list and end sessions; validate tokens for other services and reverse proxies.",
  },
  { name: "Passwords", description: "Change the password, or reset a forgotten one by mail." },
  { name: "E-mail change", description: "Replace the address, confirmed from the new one." },
  {
    name: "Second factor",
    description:
      "Codes of an authenticator app, recovery codes, trusted devices and reauthentication.",
  },
  { name: "Passkeys", description: "Sign in with WebAuthn credentials, and manage them." },
  { name: "Social login", description: "Sign in at a provider such as Google or GitHub." },
  { name: "Identities", description: "The accounts at providers that the user has linked." },
  {
    name: "Posts",
    description: "The example of a protected resource; off with `POSTS_ENABLED=false`.",
  },
  {
    name: "User administration",
    description: "Find, create, change, disable, delete and restore users.",
  },
  { name: "Roles", description: "Roles, their permissions, and who has them." },
  { name: "Clients", description: "The services and applications that authenticate themselves." },
  {
    name: "OAuth 2.0",
    description: "The endpoints of OAuth 2.0 and OpenID Connect, in the terms of their RFCs.",
  },
  { name: "Webhooks", description: "Where events are posted, and what became of them." },
  { name: "Audit", description: "What was done, by whom, and what was refused." },
  { name: "Health", description: "Health checks and metrics." },
];

/** The rank of a tag: a name that is not listed comes last. */
export function rankOfTag(tags: readonly Tag[], name: string): number {
  const index = tags.findIndex((tag) => tag.name === name);
  return index < 0 ? tags.length : index;
}
