/** A field that the user fills in. All texts are plain text. */
export interface Field {
  /** Unique on its page; `name` if left out. */
  readonly id?: string | undefined;
  readonly name: string;
  readonly label: string;
  readonly type: "email" | "password" | "text";
  readonly autocomplete: string;
  /** More attributes, such as `maxlength`. They are not escaped, so they must be constants. */
  readonly attributes?: string;
  /** Its value. A field for a password has none. */
  readonly value?: string;
  /** The rules for its value, shown above it. */
  readonly hint?: string;
  /** What was wrong with its value. The field then gets the focus. */
  readonly faults?: readonly string[];
}

/** A form on the page with the path `at` that posts to the path `to`. `fields` is HTML. */
export interface Form {
  readonly at: string;
  readonly to: string;
  readonly fields: string;
  readonly button: string;
}

/** A form with its button, as HTML. */
export function renderForm({ at, to, fields, button }: Form): string {
  return `<form method="post" action="${relativePath(at, to)}">
${fields}
<button type="submit">${Bun.escapeHTML(button)}</button>
</form>`;
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
    "required",
    ...(descriptions.length > 0 ? [`aria-describedby="${descriptions.join(" ")}"`] : []),
    ...(faults.length > 0 ? [`aria-invalid="true" autofocus`] : []),
    ...(value === undefined ? [] : [`value="${Bun.escapeHTML(value)}"`]),
  ];
  return [...parts, `${input.join(" ")}>`].join("\n");
}

/** A paragraph of plain text. */
export function paragraph(text: string): string {
  return `<p>${Bun.escapeHTML(text)}</p>`;
}

/** A small paragraph below the form. */
export function note(text: string): string {
  return `<p class="note">${Bun.escapeHTML(text)}</p>`;
}

/** A message about the whole form. Screen readers read it first. */
export function alert(text: string): string {
  return `<p class="fault" role="alert">${Bun.escapeHTML(text)}</p>`;
}

/** A relative path, so that forms and links work behind a proxy that adds a path prefix. */
export function relativePath(at: string, to: string): string {
  const folder = at.slice(0, at.lastIndexOf("/") + 1);
  if (to.startsWith(folder)) return to.slice(folder.length);
  return `${"../".repeat(folder.split("/").length - 2)}${to.slice(1)}`;
}
