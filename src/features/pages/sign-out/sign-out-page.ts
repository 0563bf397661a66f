import type { InEveryLanguage } from "../../../kernel/language.ts";
import { linkRow, paragraph, renderForm } from "../kit/forms.ts";
import { renderPage } from "../kit/layout.ts";
import type { Reader } from "../kit/page-request.ts";
import { returnField } from "../kit/return-to.ts";
import { linkButton, wayOn } from "../kit/way-on.ts";

/** The path of the page. */
export const signOutPath = "/sign-out";

const texts: InEveryLanguage<{
  readonly title: string;
  readonly text: (email: string) => string;
  readonly button: string;
  readonly stay: string;
  readonly doneTitle: string;
  readonly doneText: string;
  readonly signIn: string;
  readonly goBack: string;
}> = {
  en: {
    title: "Sign out",
    text: (email) => `You are signed in as ${email}.`,
    button: "Sign out",
    stay: "Stay signed in",
    doneTitle: "You are signed out",
    doneText: "This browser is no longer signed in.",
    signIn: "Sign in again",
    goBack: "Go back to the application",
  },
  de: {
    title: "Abmelden",
    text: (email) => `Sie sind als ${email} angemeldet.`,
    button: "Abmelden",
    stay: "Angemeldet bleiben",
    doneTitle: "Sie sind abgemeldet",
    doneText: "Dieser Browser ist nicht mehr angemeldet.",
    signIn: "Wieder anmelden",
    goBack: "Zurück zur Anwendung",
  },
  es: {
    title: "Cerrar sesión",
    text: (email) => `Ha iniciado sesión como ${email}.`,
    button: "Cerrar sesión",
    stay: "Mantener la sesión",
    doneTitle: "Ha cerrado la sesión",
    doneText: "Este navegador ya no tiene ninguna sesión iniciada.",
    signIn: "Iniciar sesión de nuevo",
    goBack: "Volver a la aplicación",
  },
  zh: {
    title: "退出登录",
    text: (email) => `您当前以 ${email} 的身份登录。`,
    button: "退出登录",
    stay: "保持登录",
    doneTitle: "您已退出登录",
    doneText: "此浏览器已不再处于登录状态。",
    signIn: "重新登录",
    goBack: "返回应用程序",
  },
};

/** The page that asks whether to sign out. Opening it changes nothing. */
export function signOutPage(
  reader: Reader,
  { email, returnTo }: { readonly email: string; readonly returnTo: string | null },
): string {
  const { title, text, button, stay } = texts[reader.language];
  const at = signOutPath;
  return renderPage(reader, {
    title,
    body: [
      paragraph(text(email)),
      renderForm({ at, to: signOutPath, fields: returnField(returnTo), button }),
      linkRow([{ at, to: "/account", text: stay }]),
    ].join("\n"),
  });
}

/** The page of a browser that is not signed in. */
export function signedOutPage(reader: Reader, returnTo: string | null): string {
  const { doneTitle, doneText, signIn, goBack } = texts[reader.language];
  const onward = returnTo === null ? wayOn(reader) : linkButton(returnTo, goBack);
  // Without an application the way on is the sign-in itself.
  const isOffered = returnTo === null && reader.brand.appUrl === null;
  const again = linkRow([{ at: signOutPath, to: "/sign-in", text: signIn }]);
  const body = [paragraph(doneText), onward, ...(isOffered ? [] : [again])].join("\n");
  return renderPage(reader, { title: doneTitle, body });
}
