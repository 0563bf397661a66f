import type { InEveryLanguage } from "../../../kernel/language.ts";
import { hiddenField, note, paragraph, renderForm } from "../kit/forms.ts";
import { renderPage } from "../kit/layout.ts";
import type { Reader } from "../kit/page-request.ts";

/** The end session endpoint (OpenID Connect RP-Initiated Logout 1.0 §2). */
export const endSessionPath = "/oauth/end-session";

/** Where its page posts to. */
export const confirmPath = "/oauth/end-session/confirm";

const texts: InEveryLanguage<{
  readonly title: string;
  readonly text: string;
  readonly ofClient: string;
  readonly button: string;
  readonly stay: string;
  readonly done: string;
  readonly doneText: string;
  readonly fault: string;
  readonly faultText: string;
}> = {
  en: {
    title: "Sign out?",
    text: "You are signed out of your account in this browser, and of the applications that you signed in to with it.",
    ofClient: "{client} sent you here.",
    button: "Sign out",
    stay: "To stay signed in, close this page.",
    done: "You are signed out",
    doneText: "You can close this page.",
    fault: "This sign-out does not work",
    faultText:
      "The application that sent you here sent a request that is not valid. You are not signed out. Go back to the application, or tell the people who run it.",
  },
  de: {
    title: "Abmelden?",
    text: "Sie werden in diesem Browser von Ihrem Konto abgemeldet und von den Anwendungen, bei denen Sie sich damit angemeldet haben.",
    ofClient: "{client} hat Sie hierher geleitet.",
    button: "Abmelden",
    stay: "Um angemeldet zu bleiben, schließen Sie diese Seite.",
    done: "Sie sind abgemeldet",
    doneText: "Sie können diese Seite schließen.",
    fault: "Diese Abmeldung funktioniert nicht",
    faultText:
      "Die Anwendung, die Sie hierher geleitet hat, hat eine ungültige Anfrage gesendet. Sie sind nicht abgemeldet. Gehen Sie zur Anwendung zurück, oder informieren Sie deren Betreiber.",
  },
  es: {
    title: "¿Cerrar la sesión?",
    text: "Se cerrará la sesión de su cuenta en este navegador y en las aplicaciones en las que la inició con ella.",
    ofClient: "{client} le ha enviado aquí.",
    button: "Cerrar la sesión",
    stay: "Para mantener la sesión abierta, cierre esta página.",
    done: "Ha cerrado la sesión",
    doneText: "Puede cerrar esta página.",
    fault: "Este cierre de sesión no funciona",
    faultText:
      "La aplicación que le ha enviado aquí envió una solicitud que no es válida. La sesión sigue abierta. Vuelva a la aplicación o avise a sus responsables.",
  },
  zh: {
    title: "要退出登录吗？",
    text: "您将在此浏览器中退出您的账户，以及您使用该账户登录的应用。",
    ofClient: "{client} 将您转到此处。",
    button: "退出登录",
    stay: "如需保持登录，请关闭此页面。",
    done: "您已退出登录",
    doneText: "您可以关闭此页面。",
    fault: "无法退出登录",
    faultText: "将您转到此处的应用发送了无效的请求。您尚未退出登录。请返回该应用，或联系其运营者。",
  },
};

/** The page that asks the user whether to sign out: another website could have sent them here. */
export function askPage(
  reader: Reader,
  { at, clientName, query }: { at: string; clientName: string | null; query: string },
): string {
  const { title, text, ofClient, button, stay } = texts[reader.language];
  const sender = clientName === null ? [] : [ofClient.replace("{client}", () => clientName)];
  const fields = hiddenField("request", query);
  return renderPage(reader, {
    title,
    body: [
      ...sender.map(paragraph),
      paragraph(text),
      renderForm({ at, to: confirmPath, fields, button }),
      note(stay),
    ].join("\n"),
  });
}

/** The page after signing out, where the user is not sent on. */
export function signedOutPage(reader: Reader): string {
  const { done, doneText } = texts[reader.language];
  return renderPage(reader, { title: done, body: paragraph(doneText) });
}

/** The page for a request that is not valid. It repeats nothing of the request. */
export function faultPage(reader: Reader): string {
  const { fault, faultText } = texts[reader.language];
  return renderPage(reader, { title: fault, body: paragraph(faultText) });
}
