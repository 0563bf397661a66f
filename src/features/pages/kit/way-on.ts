import type { Reader } from "./page-request.ts";
import { sharedTexts } from "./shared-texts.ts";

/** A link for a page that ends a task: to the application of `APP_URL`, and without one to the page for signing in. */
export function wayOn({ brand, language }: Reader): string {
  const { continueTo, signIn } = sharedTexts[language];
  return brand.appUrl === null
    ? linkButton("/sign-in", signIn)
    : linkButton(brand.appUrl, continueTo(brand.name));
}

/** A link that looks like a button, as HTML. `text` is plain text. */
export function linkButton(url: string, text: string): string {
  return `<p><a class="button" href="${Bun.escapeHTML(url)}">${Bun.escapeHTML(text)}</a></p>`;
}
