import type { Answer } from "./http-call.ts";
import type { TestApp } from "./test-app.ts";

/** A form of a page: the relative path that it posts to, the text of its button, and its fields with their values. */
export interface PageForm {
  readonly action: string;
  readonly button: string;
  readonly fields: Readonly<Record<string, string>>;
}

/** The forms of a page, in order. */
export function formsOf(html: string): PageForm[] {
  return [...html.matchAll(/<form method="post" action="([^"]*)"[^>]*>([\s\S]*?)<\/form>/g)].map(
    ([, action = "", inside = ""]) => {
      const inputs = [...inside.matchAll(/<input [^>]*>/g)].map(([tag]) => tag);
      const attribute = (tag: string, name: string): string =>
        unescaped(new RegExp(` ${name}="([^"]*)"`).exec(tag)?.[1] ?? "");
      return {
        action,
        button: /<button type="submit"[^>]*>([^<]*)</.exec(inside)?.[1] ?? "",
        fields: Object.fromEntries(
          inputs
            .filter((tag) => attribute(tag, "type") !== "checkbox")
            .map((tag) => [attribute(tag, "name"), attribute(tag, "value")]),
        ),
      };
    },
  );
}

/** What a browser makes of an attribute that `Bun.escapeHTML` wrote. */
function unescaped(text: string): string {
  const characters = { quot: '"', "#x27": "'", lt: "<", gt: ">" };
  let result = text;
  for (const [name, character] of Object.entries(characters)) {
    result = result.replaceAll(`&${name};`, character);
  }
  return result.replaceAll("&amp;", "&");
}

/** The hidden field of a form of the account that was shown to this user. */
export function shownTo(userId: string): Record<string, string> {
  return { shown_to: userId };
}

/** The path of a link or of a form that was shown at `path`. */
export function pathFrom(path: string, action = path): string {
  const { pathname, search } = new URL(action, new URL(path, "http://localhost"));
  return `${pathname}${search}`;
}

/** A page and its path. */
export interface ShownPage extends Answer {
  readonly path: string;
}

type Fields = Record<string, string>;

/** Opens a page, by a mailed link or a path. */
export async function openPage(
  app: Pick<TestApp, "call">,
  link: string,
  headers: Fields = {},
): Promise<ShownPage> {
  const path = pathFrom(link);
  return { ...(await app.call("GET", path, { headers })), path };
}

/** Presses a button of a page as a browser does, with the hidden fields. `entered` has the values that a user enters. */
export async function press(
  app: Pick<TestApp, "call">,
  page: { readonly text: string; readonly path: string },
  button: string,
  { entered = {}, headers = {} }: { entered?: Fields; headers?: Fields } = {},
): Promise<ShownPage> {
  const form = formsOf(page.text).find((found) => found.button === button);
  if (!form) throw new Error(`no button "${button}" on the page: ${page.text}`);
  const path = pathFrom(page.path, form.action);
  const answer = await app.call("POST", path, { form: { ...form.fields, ...entered }, headers });
  return { ...answer, path };
}

/** The heading of a page, or the address to which the response leads instead. */
export function headingOf({
  text,
  headers,
}: {
  readonly text: string;
  readonly headers?: Headers;
}): string {
  return headers?.get("location") ?? /<h1>([^<]*)<\/h1>/.exec(text)?.[1] ?? "";
}
