import { settingGroups } from "./settings.ts";
import { describeDefault, type Setting, type SettingGroup } from "./setting.ts";

const introduction = `# Configuration

<!-- Generated from the settings' definitions in src/platform/config by .ci/generate-configuration-docs.ts. -->

Gatehouse is configured by environment variables, or by a file of \`NAME=value\` lines: \`gatehouse --env-file FILE\`. If a
setting is in both, the environment variable is used. In development no setting is required. \`gatehouse config\` prints the
settings in effect and the source of each, without secrets.

## How values are read

- Values are read strictly: a value that does not have exactly the required form is a problem.
- A duration is a whole number and one unit: \`30s\`, \`15m\`, \`24h\`, \`7d\`.
- A size is a whole number and a unit, \`64KiB\`, \`1MiB\`, or plain bytes, \`65536\`.
- A switch is \`true\` or \`false\`. The items of a list are separated by commas.
- An empty value is the same as no value, except where a table says otherwise.
- Any \`NAME\` may be set as \`NAME_FILE\`, the path of a file that holds the value. One line break at its end is removed.
  Setting both is a problem, and so is a file that is missing or empty. Use this form for secrets where possible.

All problems are reported together, before anything starts, with exit code 2. A problem with a provider of social login only
turns that provider off, with a warning. No message holds a value. A name that is
within two edits of a setting (\`JWT_SECRT_KEY\`) is a problem too, so that a misspelling never disables a setting unnoticed.
So is a name with which another product sets the same, such as \`SECRET_KEY\`, \`ACCESS_TOKEN_EXPIRE_MINUTES\` or
\`GOTRUE_JWT_EXP\`, and \`NODE_ENV=production\` without \`ENVIRONMENT\`: the message has the setting to use and the form of its
value. In an env file every name that is no setting and every line that is not \`NAME=value\` is a problem; only
\`POSTGRES_PASSWORD\`, which \`docker-compose.yml\` reads, is left aside. \`bun run start\` reads \`.env\` as its env file.

## What production requires

With \`ENVIRONMENT=production\` the start is refused

- without \`JWT_SECRET_KEY\`, or when it, \`JWT_SECRET_KEY_PREVIOUS\`, \`ENCRYPTION_KEY\` or \`ENCRYPTION_KEY_PREVIOUS\` is an
  example, a placeholder or easy to guess (secrets shorter than 32 bytes are refused in every environment);
- when \`ENCRYPTION_KEY\` is the same as \`JWT_SECRET_KEY\`, or a \`…_PREVIOUS\` secret the same as the present one;
- without \`PUBLIC_URL\`, or when it or a \`LINK_…\` page is not https, unless the host is \`localhost\`, \`127.0.0.1\` or \`[::1]\`;
- when mails would be written to files: set \`SMTP_SERVER\` and \`SMTP_FROM_EMAIL\`, or \`MAIL_TRANSPORT=none\`;
- with \`BCRYPT_COST\` below 10, \`REFRESH_TOKEN_GRACE\` over 10s, or \`OTP_MAX_ATTEMPTS\` over 5;
- with a network in \`TRUSTED_PROXIES\` that is wider than any private network, such as \`0.0.0.0/0\` or \`::/0\`;
- with a \`JWT_KEY_ROTATION\` other than the default while \`JWT_ALGORITHM\` is \`HS256\`, which rotates no key.

In development each start lists which of these are not met.

On Kubernetes, a Service whose name is the beginning of a setting (\`smtp\`) adds variables such as \`SMTP_PORT=tcp://…\` to
every container of its namespace. Rename the Service, or set \`enableServiceLinks: false\` on the pod.
`;

/** The text of `docs/configuration.md`: how values are read, what production requires, and a table for each group. */
export function renderConfigurationDocs(): string {
  return [introduction, ...settingGroups.map(renderGroup)].join("\n");
}

function renderGroup({ title, introduction, settings }: SettingGroup): string {
  const rows = Object.entries(settings).map(([name, setting]) => renderRow(name, setting));
  const table = ["| Name | Default | Form | What it does |", "| --- | --- | --- | --- |", ...rows];
  return `## ${title}\n\n${introduction}\n\n${table.join("\n")}\n`;
}

function renderRow(name: string, setting: Setting): string {
  const cells = [
    `\`${name}\``,
    describeDefault(setting),
    escapeMarkdown(setting.kind.expected),
    setting.description,
  ];
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
}

function escapeMarkdown(text: string): string {
  return text.replaceAll("*", "\\*");
}
