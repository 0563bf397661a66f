import type { UserActor } from "../../../kernel/context.ts";
import type { InEveryLanguage } from "../../../kernel/language.ts";
import { hiddenField, link, paragraph } from "./forms.ts";
import { renderPage } from "./layout.ts";
import type { Reader } from "./page-request.ts";

/** The field with the id of the user to whom the form was shown. */
const field = "shown_to";

/** A page whose forms name the user to whom it is shown: two tabs of a browser may have been opened by one user after another. */
export function bindForms(html: string, { userId }: Pick<UserActor, "userId">): string {
  const hidden = hiddenField(field, userId);
  return html.replaceAll(/<form method="post"[^>]*>/g, (form) => `${form}\n${hidden}`);
}

/** Whether a posted form was shown to this user. */
export function isShownTo(
  { userId }: Pick<UserActor, "userId">,
  form: Readonly<Record<string, string>>,
): boolean {
  return form[field] === userId;
}

const texts: InEveryLanguage<{
  readonly title: string;
  readonly text: string;
  readonly account: string;
}> = {
  en: {
    title: "Another user is signed in now",
    text: "In this browser, {email} has signed in since this page was opened. Nothing was changed.",
    account: "Go to the account of {email}",
  },
  de: {
    title: "Inzwischen ist ein anderes Konto angemeldet",
    text: "In diesem Browser wurde {email} angemeldet, seit diese Seite geöffnet wurde. Es wurde nichts geändert.",
    account: "Zum Konto von {email}",
  },
  es: {
    title: "Ahora hay otra cuenta con la sesión iniciada",
    text: "En este navegador, {email} ha iniciado sesión después de abrirse esta página. No se ha cambiado nada.",
    account: "Ir a la cuenta de {email}",
  },
  zh: {
    title: "当前登录的是另一个账户",
    text: "打开此页面之后，{email} 已在此浏览器中登录。没有更改任何内容。",
    account: "前往 {email} 的账户",
  },
};

/** The page for a form that was shown to another user than the one who is signed in now. Nothing was done. */
export function otherUserPage(
  reader: Reader,
  { at, email }: { readonly at: string; readonly email: string },
): string {
  const { title, text, account } = texts[reader.language];
  const named = (template: string) => template.replace("{email}", () => email);
  const way = `<p class="links">${link(at, "/account", named(account))}</p>`;
  return renderPage(reader, { title, body: `${paragraph(named(text))}\n${way}` });
}
