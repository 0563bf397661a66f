/** A field that the user fills in. All texts are plain text. */
export interface Field {
  /** Unique on its page; `name` if left out. */
  readonly id?: string | undefined;
  readonly name: string;
  readonly label: string;
  readonly type: "email" | "password" | "tel" | "text" | "url";
  readonly autocomplete: string;
  /** More attributes, such as `maxlength`. They are not escaped, so they must be constants. */
  readonly attributes?: string;
  /** Its value. A field for a password has none. */
  readonly value?: string;
  /** The rules for its value, shown above it. */
  readonly hint?: string;
  /** What was wrong with its value. The field then gets the focus, unless a field before it has it. */
  readonly faults?: readonly string[];
  /** Whether a field before it has faults too: a page has one `autofocus` (HTML §6.6.7). */
  readonly followsFault?: boolean;
  /** Whether the form may be sent without a value. */
  readonly isOptional?: boolean;
}

/** A form on the page with the path `at` that posts to the path `to`. `fields` is HTML. */
export interface Form {
  readonly at: string;
  readonly to: string;
  readonly fields: string;
  readonly button: string;
  /** How its button looks: as one of several choices, or as one that deletes something. As the main one if left out. */
  readonly look?: "quiet" | "danger";
  /** The name of the button for screen readers, where several buttons of the page have the same text. */
  readonly buttonName?: string;
  /** Further buttons that send the same fields to another path, or without a check of the browser. */
  readonly others?: readonly OtherButton[];
}

/** A further button of a form. */
export interface OtherButton {
  readonly to: string;
  readonly text: string;
  /** The name of a field that says that this button was pressed: its value is then `true`. */
  readonly name?: string;
}

/** A form with its buttons, as HTML. The Enter key presses the first one. */
export function renderForm(form: Form): string {
  const { at, to, fields, button, look, buttonName, others = [] } = form;
  const style = look === undefined ? "" : ` class="${look}"`;
  const name = buttonName === undefined ? "" : ` aria-label="${Bun.escapeHTML(buttonName)}"`;
  const further = others.map((other) => `\n${otherButton(at, other)}`);
  return `<form method="post" action="${relativePath(at, to)}">
${fields}
<button type="submit"${style}${name}>${Bun.escapeHTML(button)}</button>${further.join("")}
</form>`;
}

function otherButton(at: string, { to, text, name }: OtherButton): string {
  const said = name === undefined ? "" : ` name="${name}" value="true"`;
  return `<button type="submit" class="quiet"${said} formnovalidate formaction="${relativePath(at, to)}">${Bun.escapeHTML(text)}</button>`;
}

/** A hidden field. */
export function hiddenField(name: string, value: string): string {
  return `<input type="hidden" name="${name}" value="${Bun.escapeHTML(value)}">`;
}

/** A hidden field with the token of a link, as it was received. */
export function tokenField(token: string): string {
  return hiddenField("token", token);
}

/** A field with its label, its hint and its faults. `aria-describedby` connects them for screen readers. */
export function renderField(field: Field): string {
  const { name, id = name, type, autocomplete, attributes, value, hint, faults = [] } = field;
  const { isOptional = false, followsFault = false } = field;
  const parts = [`<label for="${id}">${Bun.escapeHTML(field.label)}</label>`];
  const descriptions: string[] = [];
  if (hint !== undefined) {
    parts.push(`<p class="hint" id="${id}-hint">${Bun.escapeHTML(hint)}</p>`);
    descriptions.push(`${id}-hint`);
  }
  if (faults.length > 0) {
    parts.push(
      `<p class="fault" id="${id}-fault">${faults.map((fault) => Bun.escapeHTML(fault)).join("<br>")}</p>`,
    );
    descriptions.push(`${id}-fault`);
  }
  const input = [
    `<input type="${type}" id="${id}" name="${name}" autocomplete="${autocomplete}"`,
    ...(attributes === undefined ? [] : [attributes]),
    ...(isOptional ? [] : ["required"]),
    ...(descriptions.length > 0 ? [`aria-describedby="${descriptions.join(" ")}"`] : []),
    ...(faults.length > 0 ? [`aria-invalid="true"`] : []),
    ...(faults.length > 0 && !followsFault ? ["autofocus"] : []),
    ...(value === undefined ? [] : [`value="${Bun.escapeHTML(value)}"`]),
  ];
  return [...parts, `${input.join(" ")}>`].join("\n");
}

/** A paragraph of plain text. */
export function paragraph(text: string): string {
  return `<p>${Bun.escapeHTML(text)}</p>`;
}

/** A link to a page of ours, in a row of links or as a button. */
export interface PageLink {
  readonly at: string;
  /** Path and query. */
  readonly to: string;
  readonly text: string;
}

/** A small row of links below a form. */
export function linkRow(links: readonly PageLink[]): string {
  return `<p class="links">${links.map((link) => anchor(link)).join(" ")}</p>`;
}

/** A link that looks like a button for one of several choices. */
export function choiceLink(link: PageLink): string {
  return `<p>${anchor(link, "button quiet")}</p>`;
}

function anchor({ at, to, text }: PageLink, style?: string): string {
  const attribute = style === undefined ? "" : ` class="${style}"`;
  return `<a${attribute} href="${Bun.escapeHTML(relativePath(at, to))}">${Bun.escapeHTML(text)}</a>`;
}

/** A row with a checkbox. */
export function checkbox(name: string, label: string): string {
  return `<label class="check"><input type="checkbox" name="${name}" value="true"> ${Bun.escapeHTML(label)}</label>`;
}

/** A message that something was done, above what the user does next. */
export function doneNote(text: string): string {
  return `<p class="done" role="status">${Bun.escapeHTML(text)}</p>`;
}

/** A small paragraph below the form. */
export function note(text: string): string {
  return `<p class="note">${Bun.escapeHTML(text)}</p>`;
}

/** A message about the whole form. Screen readers read it first. */
export function alert(text: string): string {
  return `<p class="fault" role="alert">${Bun.escapeHTML(text)}</p>`;
}

/** A message about a form that the script shows when it is needed. */
export function hiddenFault(text: string): string {
  return `<p class="fault" role="alert" data-passkey-fault hidden>${Bun.escapeHTML(text)}</p>`;
}

/** A link on the page with the path `at`, as HTML. */
export function link(at: string, to: string, text: string): string {
  return `<a href="${Bun.escapeHTML(relativePath(at, to))}">${Bun.escapeHTML(text)}</a>`;
}

/** A relative path, so that forms and links work behind a proxy that adds a path prefix. */
export function relativePath(at: string, to: string): string {
  const folder = at.slice(0, at.lastIndexOf("/") + 1);
  if (to.startsWith(folder)) return to.slice(folder.length);
  return `${"../".repeat(folder.split("/").length - 2)}${to.slice(1)}`;
}
