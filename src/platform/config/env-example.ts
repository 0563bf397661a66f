import { settingGroups } from "./settings.ts";
import { describeDefault, type Setting, type SettingGroup } from "./setting.ts";

const lineWidth = 100;

/** Stands for `<NAME>` in the names of settings. */
const exampleName = "KEYCLOAK";

const introduction = `Settings of Gatehouse, all commented out: without changes this file has no effect.
Pass your copy to the program with \`--env-file FILE\`. Any NAME may instead be set as NAME_FILE, the path of a file that holds the value.
A production installation needs ENVIRONMENT=production, PUBLIC_URL, JWT_SECRET_KEY, and either SMTP_SERVER with SMTP_FROM_EMAIL or MAIL_TRANSPORT=none. The secrets below are examples, which production refuses.
See docs/configuration.md for details. This file is generated.`;

/** The text of `.env.example`: every setting with its description, its default and a value, all commented out. */
export function renderEnvExample(): string {
  return [toComment(introduction), ...settingGroups.map(renderGroup)].join("\n\n").concat("\n");
}

function renderGroup({ title, settings }: SettingGroup): string {
  const entries = Object.entries(settings).map(([name, setting]) => renderSetting(name, setting));
  return [`# ---- ${title} ----`, ...entries].join("\n\n");
}

function renderSetting(name: string, setting: Setting): string {
  const form = `Form: ${setting.kind.expected}. Default: ${describeDefault(setting)}.`;
  const comment = toComment(`${setting.description}\n${form}`.replaceAll("`", ""));
  return `${comment}\n#${name.replace("<NAME>", exampleName)}=${exampleOf(setting)}`;
}

/** A value that the setting accepts: its example, or its default. */
function exampleOf(setting: Setting): string {
  return setting.example ?? (typeof setting.default === "string" ? setting.default : "");
}

/** Wraps text to comment lines of limited width. Line breaks in the text are kept. */
function toComment(text: string): string {
  return text.split("\n").flatMap(wrap).join("\n");
}

function wrap(paragraph: string): string[] {
  const lines: string[] = [];
  let line = "#";
  for (const word of paragraph.split(" ")) {
    if (line.length + 1 + word.length > lineWidth) {
      lines.push(line);
      line = "#";
    }
    line += ` ${word}`;
  }
  return [...lines, line];
}
