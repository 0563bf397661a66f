import { type Language, languageTag } from "../../../kernel/language.ts";
import { deviceWords } from "../../mail/index.ts";
import { hiddenField, renderForm } from "../kit/forms.ts";
import { accountTexts } from "./account-texts.ts";

/** An entry of a list: facts as HTML, and the HTML of what can be done with it. */
export interface ListItem {
  readonly title: string;
  /** A word beside the title. */
  readonly badge?: string | null;
  /** Lines of HTML. */
  readonly facts: readonly string[];
  readonly actions: string;
}

/** A list as HTML. */
export function renderItems(items: readonly ListItem[]): string {
  const entries = items.map(({ title, badge = null, facts, actions }) => {
    const mark = badge === null ? "" : ` <span class="badge">${Bun.escapeHTML(badge)}</span>`;
    const lines = facts.map((fact) => `<p class="hint">${fact}</p>`).join("\n");
    return `<li><div><p><strong>${Bun.escapeHTML(title)}</strong>${mark}</p>\n${lines}</div>\n${actions}</li>`;
  });
  return `<ul class="items">\n${entries.join("\n")}\n</ul>`;
}

/** A form with a button alone, which does something with the entry of this id. `name` tells it from the others of the list. */
export function itemButton(options: {
  readonly at: string;
  readonly to: string;
  readonly id: string;
  readonly button: string;
  readonly name: string;
}): string {
  const { at, to, id, button, name } = options;
  const form = { at, to, button, fields: hiddenField("id", id), look: "quiet" } as const;
  return renderForm({ ...form, buttonName: `${button}: ${name}` });
}

/** A time as HTML, with its label. Times are in UTC, since the server does not know the zone of the reader. */
export function timeFact(language: Language, label: string, time: Date): string {
  const format = { dateStyle: "medium", timeStyle: "short", timeZone: "UTC" } as const;
  const text = new Intl.DateTimeFormat(languageTag(language), format).format(time);
  return `${Bun.escapeHTML(label)}: <time datetime="${time.toISOString()}">${text.replaceAll(/\s/g, " ")} UTC</time>`;
}

/** The words for a device; no part of the header itself, which anyone can choose. */
export function deviceName(language: Language, userAgent: string | null): string {
  return deviceWords(userAgent) ?? accountTexts[language].unknownDevice;
}
