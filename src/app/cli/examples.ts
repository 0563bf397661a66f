/** A command line, and what it does. */
type Example = readonly [line: string, what: string];

/** The examples in the help of each command, by its full name. A test parses each of them. */
export const examples: Readonly<Record<string, readonly Example[]>> = {
  gatehouse: [
    ["gatehouse", "start the server with an embedded database"],
    ["gatehouse create-admin --email you@example.com", "create the first administrator"],
    ["gatehouse --env-file gatehouse.env doctor", "examine an installation before it starts"],
  ],
  "gatehouse serve": [
    ["gatehouse serve", "start with the settings of the environment"],
    ["gatehouse serve --env-file gatehouse.env", "start with those of a file as well"],
  ],
  "gatehouse migrate": [
    ["gatehouse migrate --dry-run", "print the SQL, and change nothing"],
    ["gatehouse migrate", "migrate before the replicas start"],
  ],
  "gatehouse create-admin": [
    ["gatehouse create-admin --email you@example.com", "ask for the password"],
    [
      "gatehouse create-admin --email you@example.com --password-stdin < password.txt",
      "read the password from a file",
    ],
  ],
  "gatehouse users": [
    ["gatehouse users list --query ada", "find an account"],
    ["gatehouse users disable ada@example.com", "end its sessions, and refuse its sign-ins"],
  ],
  "gatehouse users list": [
    ["gatehouse users list --query ada --status disabled", "disabled accounts with this text"],
    ["gatehouse users list --role admin --json", "all administrators as JSON"],
  ],
  "gatehouse users show": [
    ["gatehouse users show ada@example.com", "an account by its address"],
    ["gatehouse users show 019a3e5c-7b1a-7c3d-9e4f-5a6b7c8d9e0f --json", "by its id, as JSON"],
  ],
  "gatehouse users create": [
    ["gatehouse users create --email grace@example.com --locale de", "invite a user in German"],
    [
      "gatehouse users create --email grace@example.com --role editor --role accountant",
      "with two roles",
    ],
  ],
  "gatehouse users verify": [
    ["gatehouse users verify ada@example.com", "state that the address is the user's"],
  ],
  "gatehouse users roles": [
    ["gatehouse users roles ada@example.com", "print the roles"],
    [
      "gatehouse users roles ada@example.com --add editor --remove accountant",
      "change two of them",
    ],
    ["gatehouse users roles ada@example.com --set editor", "editor, and no other"],
  ],
  "gatehouse users set-password": [
    ["gatehouse users set-password ada@example.com", "ask for the password"],
    [
      "gatehouse users set-password ada@example.com --password-stdin < password.txt",
      "read the password from a file",
    ],
  ],
  "gatehouse users disable": [["gatehouse users disable ada@example.com", "until it is enabled"]],
  "gatehouse users enable": [["gatehouse users enable ada@example.com", "undo a disable"]],
  "gatehouse users delete": [["gatehouse users delete ada@example.com", "the row is kept"]],
  "gatehouse users restore": [
    ["gatehouse users restore ada@example.com", "the account that had this address last"],
  ],
  "gatehouse users reset-2fa": [
    ["gatehouse users reset-2fa ada@example.com", "for a user who has lost the telephone"],
  ],
  "gatehouse users revoke-sessions": [
    ["gatehouse users revoke-sessions ada@example.com", "sign the user out everywhere"],
    ["gatehouse users revoke-sessions --all", "sign all users out, such as after a restore"],
  ],
  "gatehouse users import": [
    ["gatehouse users import users.ndjson --dry-run", "list every line that is not valid"],
    ["gatehouse users import users.ndjson", "create the accounts"],
    ["gatehouse users import - < users.ndjson", "from standard input"],
    [
      "gatehouse users import users.json --from auth0 --password-hashes hashes.json",
      "from an export of Auth0",
    ],
  ],
  "gatehouse users export": [["gatehouse users export > users.ndjson", "write them to a file"]],
  "gatehouse keys": [
    ["gatehouse keys list", "the keys that sign and verify"],
    ["gatehouse keys rotate", "sign with a new key"],
  ],
  "gatehouse keys list": [["gatehouse keys list --json", "the keys as JSON"]],
  "gatehouse keys rotate": [
    ["gatehouse keys rotate --in 10m", "publish the new key ten minutes before it signs"],
    ["gatehouse keys rotate --delete-old", "after a leak"],
  ],
  "gatehouse clients": [
    ["gatehouse clients create --name billing", "a service that asks about tokens"],
    ["gatehouse clients list --json", "all clients as JSON"],
  ],
  "gatehouse clients create": [
    ["gatehouse clients create --name billing", "a service that asks about tokens"],
    [
      "gatehouse clients create --name Notes --redirect-uri https://notes.example/callback",
      "an application that users sign in to",
    ],
  ],
  "gatehouse clients list": [["gatehouse clients list --limit 200 --json", "as JSON"]],
  "gatehouse clients rotate-secret": [
    ["gatehouse clients rotate-secret 019a3e5c-7b1a-7c3d-9e4f-5a6b7c8d9e0f", "print a new secret"],
  ],
  "gatehouse clients delete": [
    ["gatehouse clients delete 019a3e5c-7b1a-7c3d-9e4f-5a6b7c8d9e0f", "end all it can do"],
  ],
  "gatehouse audit": [["gatehouse audit verify", "verify every row, and print the head"]],
  "gatehouse audit verify": [
    ["gatehouse audit verify", "print the head, to be kept elsewhere"],
    ["gatehouse audit verify --json", "the report for a monitor"],
  ],
  "gatehouse audit begin-new-chain": [
    ["gatehouse audit begin-new-chain", "after a leak of the secrets"],
    ["gatehouse audit begin-new-chain --key-lost", "when the old secrets are lost"],
  ],
  "gatehouse audit prune": [
    ["gatehouse audit prune --older-than 30d", "delete all rows but the last thirty days"],
  ],
  "gatehouse limits": [
    ["gatehouse limits list ada@example.com", "why the user is not admitted"],
    ["gatehouse limits clear ada@example.com", "admit the user again"],
  ],
  "gatehouse limits list": [
    ["gatehouse limits list --limit failed-sign-ins-by-account", "of one limit"],
    ["gatehouse limits list 203.0.113.7 --json", "of a client address, as JSON"],
  ],
  "gatehouse limits clear": [
    ["gatehouse limits clear ada@example.com", "of an account and its devices"],
    ["gatehouse limits clear", "all counts"],
  ],
  "gatehouse events": [
    ["gatehouse events status", "what waits, fails or was set aside"],
    ["gatehouse events replay --dead", "send again what was set aside"],
  ],
  "gatehouse events status": [["gatehouse events status --json", "for a monitor"]],
  "gatehouse events replay": [
    ["gatehouse events replay --since 24h --type user.registered", "registrations of a day"],
    ["gatehouse events replay --dead --destination nats", "what was set aside for one destination"],
  ],
  "gatehouse backup": [
    ["gatehouse backup /var/backups/gatehouse", "a file with the time in its name"],
    ["gatehouse backup --sql gatehouse.sql", "a script for a Postgres server"],
  ],
  "gatehouse healthcheck": [["gatehouse healthcheck", "in a container, which has no curl"]],
  "gatehouse doctor": [
    ["gatehouse doctor", "examine the installation of this environment"],
    ["gatehouse --env-file /etc/gatehouse.env doctor", "examine it before the first start"],
    ["gatehouse doctor --json", "print JSON for a monitor or a pipeline"],
  ],
  "gatehouse config": [
    ["gatehouse config", "one setting a line, with its source"],
    ["gatehouse config --json", "the same as JSON"],
  ],
  "gatehouse openapi": [["gatehouse openapi > openapi.json", "for a client generator"]],
  "gatehouse completion": [
    ["gatehouse completion bash > /etc/bash_completion.d/gatehouse", "for every user of bash"],
    ["gatehouse completion zsh > ~/.zfunc/_gatehouse", "in a directory of zsh's fpath"],
    ["gatehouse completion fish > ~/.config/fish/completions/gatehouse.fish", "for fish"],
  ],
};

/** The examples of a command, as the end of its help. */
export function examplesOf(name: string): string {
  const own = examples[name] ?? [];
  if (own.length === 0) return "";
  const width = Math.max(...own.filter(([line]) => line.length <= 60).map(([line]) => line.length));
  const lines = own.map(([line, what]) => `  ${line.padEnd(width)}  # ${what}`);
  return `\nExamples:\n${lines.join("\n")}`;
}
