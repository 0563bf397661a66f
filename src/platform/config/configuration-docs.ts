import { settingGroups } from "./definitions.ts";
import { describeDefault, type Setting, type SettingGroup } from "./setting.ts";

const introduction = `# Configuration

<!-- Generated from the settings' definitions in src/platform/config by .ci/generate-configuration-docs.ts. -->

Gatehouse is configured by its environment, or by a file of \`NAME=value\` lines: \`gatehouse --env-file FILE\`. Where both
name a setting, the environment wins. In development nothing needs to be set. \`gatehouse config\` prints the settings in
effect and where each comes from, without secrets.

## How values are read

- Values are read strictly: what is not exactly of the form asked for is a problem, never a guess.
- A duration is a whole number and one unit: \`30s\`, \`15m\`, \`24h\`, \`7d\`.
- A size is a whole number and a unit, \`64KiB\`, \`1MiB\`, or plain bytes, \`65536\`.
- A switch is \`true\` or \`false\`. A list is separated by commas.
- An empty value is the same as none, except where a table says otherwise.
- Any \`NAME\` may be given as \`NAME_FILE\`, the path of a file that holds the value; one line break at its end is left out.
  Setting both is a problem, and so is a file that is missing or empty. Give secrets this way where you can.

All problems are reported at once, before anything starts, with exit code 2; no message ever holds a value. A name that
is almost a setting (\`JWT_SECRT_KEY\`) is a problem too, so that a typo never switches something off in silence.

## What production asks for

\`ENVIRONMENT=production\` refuses to start

- without \`JWT_SECRET_KEY\`, or when it, \`JWT_SECRET_KEY_PREVIOUS\` or \`ENCRYPTION_KEY\` is an example, a placeholder or easy
  to guess (shorter than 32 bytes they are refused everywhere);
- without \`PUBLIC_URL\`, or when it or a \`LINK_…\` page is not https, unless the host is \`localhost\`, \`127.0.0.1\` or \`[::1]\`;
- when mails would go to files: set \`SMTP_SERVER\` and \`SMTP_FROM_EMAIL\`, or say \`MAIL_TRANSPORT=none\`;
- with \`BCRYPT_COST\` below 10, \`REFRESH_TOKEN_GRACE\` over 10s, or \`OTP_MAX_ATTEMPTS\` over 5;
- with a \`TRUSTED_PROXIES\` network that trusts nearly everybody, such as \`0.0.0.0/0\` or \`::/0\`.

In development the first start lists what of this is still open.

On Kubernetes, a Service named like the beginning of a setting (\`smtp\`) puts variables such as \`SMTP_PORT=tcp://…\` into
every container of its namespace: rename it, or set \`enableServiceLinks: false\` on the pod.
`;

/** The text of `docs/configuration.md`: how values are read, what production asks for, and one table for each group. */
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
