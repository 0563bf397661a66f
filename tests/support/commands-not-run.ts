/**
 * The blocks of commands of the documentation that no test runs: by page, a part of the block, and the reason. Their commands,
 * settings and paths are compared with the product all the same. Every other block runs.
 */
export const commandsNotRun: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "README.md": {
    "run start    # builds it": "it builds this repository, and runs all of its tests",
    "npx -y bun@1.4.4 run start\n": "it builds this repository",
    "npx -y bun@1.4.4 run test\n": "it is the run of all tests",
    "npx -y bun@1.4.4 run build\n": "it builds this repository",
    "gatehouse create-admin --email you@example.com\n": "it asks for a password",
  },
  "docs/accounts.md": {
    "auth/verify-email": "it needs a mail, as in getting-started.md, which runs",
    "users/me/identities/$ID":
      "it needs an identity at a provider, as in social-login.md, which runs",
    "password/reset-confirm": "it needs the token of a mail",
  },
  "docs/audit.md": { "--expect 48211:": "the head is that of another installation" },
  "docs/deployment.md": {
    "# prompts for the password": "it asks for a password",
    "docker build": "it needs Docker; tests/gates/container-image-builds.test.ts builds the image",
    "docker compose exec gatehouse gatehouse doctor": "it needs Docker",
  },
  "docs/development.md": { "bun@1.4.4 run test": "it is the run of all tests" },
  "docs/doctor.md": { "docker compose": "it needs Docker" },
  "docs/events.md": { "--destination nats": "it needs a NATS server" },
  "docs/getting-started.md": {
    "npx -y bun@1.4.4 run build\n": "it builds this repository",
  },
  "docs/migrating.md": {
    "--env-file examples/profiles":
      "it ends only when it is stopped; tests/gates/former-clients-are-answered.test.ts runs both",
    "> old.env": "the start is refused on purpose",
    OLD_DATABASE_URL: "it needs the database of the old service",
  },
  "docs/oauth2.md": { "rotate-secret": "the commands after it use the client and its secret" },
  "docs/openid-provider.md": {
    "gitea admin": "it needs Gitea; tests/docs/program-configurations-fit-gatehouse.test.ts",
    "php occ": "it needs Nextcloud; tests/docs/program-configurations-fit-gatehouse.test.ts",
  },
  "docs/sessions.md": {
    "magic-link/verify": "it needs a mail",
    "-c jar": "it needs REFRESH_TOKEN_COOKIE=true",
  },
  "docs/users.md": {
    "# asks for the password\ngatehouse":
      "the first asks for a password; the second is in deployment.md",
    "users set-password": "it asks for a password",
  },
};

/** Pages whose blocks another test runs. */
export const commandsRunElsewhere: Readonly<Record<string, string>> = {
  "README.md": "tests/gates/readme-first-steps.test.ts",
  "docs/backup.md": "tests/gates/documented-backups-are-restored.test.ts",
  "docs/getting-started.md": "tests/gates/documented-commands-work.test.ts",
  "docs/logs.md": "tests/gates/log-recipes-work.test.ts",
  "docs/moving-users.md": "tests/gates/documented-moves-of-users-work.test.ts",
};
