/** A field that somebody fills in. All texts are plain. */
export interface Field {
  /** Unique on its page; `name` when left out. */
  readonly id?: string | undefined;
  readonly name: string;
  readonly label: string;
  readonly type: "email" | "password" | "text";
  readonly autocomplete: string;
  /** More attributes, such as `maxlength`: constants of ours, which are not escaped. */
  readonly attributes?: string;
  /** What stands in it already. A password never does. */
  readonly value?: string;
  /** What is asked of it, said before it is filled in. */
  readonly hint?: string;
  /** What was wrong with it. The field then gets the focus. */
  readonly faults?: readonly string[];
}

/** A form of a page: shown at the path `at`, posted to the path `to`. `fields` is HTML. */
export interface Form {
  readonly at: string;
  readonly to: string;
  readonly fields: string;
  readonly button: string;
}

/** A form and its button, as HTML. */
export function renderForm({ at, to, fields, button }: Form): string {
  return `<form method="post" action="${relativePath(at, to)}">
${fields}
<button type="submit">${Bun.escapeHTML(button)}</button>
</form>`;
}

/** The token of a link, to be posted as it was received. */
export function tokenField(token: string): string {
  return `<input type="hidden" name="token" value="${Bun.escapeHTML(token)}">`;
}

/** A field with its label, what is asked of it and what was wrong, tied together for screen readers. */
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

/** A quiet paragraph below what matters. */
export function note(text: string): string {
  return `<p class="note">${Bun.escapeHTML(text)}</p>`;
}

/** What went wrong with all of it. Screen readers say it first. */
export function alert(text: string): string {
  return `<p class="fault" role="alert">${Bun.escapeHTML(text)}</p>`;
}

/** Relative, so that the forms also work where a proxy serves us below a path of its own. */
function relativePath(at: string, to: string): string {
  const folder = at.slice(0, at.lastIndexOf("/") + 1);
  if (to.startsWith(folder)) return to.slice(folder.length);
  return `${"../".repeat(folder.split("/").length - 2)}${to.slice(1)}`;
}
