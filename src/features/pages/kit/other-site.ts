import type { InEveryLanguage } from "../../../kernel/language.ts";
import type { OtherSitePage } from "../../../platform/http/page-access.ts";
import { paragraph } from "./forms.ts";
import { pageHeaders, renderPage } from "./layout.ts";
import { type ReaderSettings, readerOf } from "./page-request.ts";
import { linkButton } from "./way-on.ts";

const texts: InEveryLanguage<{
  readonly title: string;
  readonly text: string;
  readonly link: string;
}> = {
  en: {
    title: "Another website sent you here",
    text: "Another website filled in a form of this page for you. Nothing was changed, and no one was signed in. To sign in, open the sign-in page yourself.",
    link: "Go to the sign-in page",
  },
  de: {
    title: "Eine andere Website hat Sie hierher geleitet",
    text: "Eine andere Website hat ein Formular dieser Seite für Sie abgeschickt. Es wurde nichts geändert, und niemand wurde angemeldet. Um sich anzumelden, öffnen Sie die Anmeldeseite selbst.",
    link: "Zur Anmeldeseite",
  },
  es: {
    title: "Otro sitio web le ha enviado aquí",
    text: "Otro sitio web ha enviado un formulario de esta página en su nombre. No se ha cambiado nada y no se ha iniciado ninguna sesión. Para iniciar sesión, abra usted mismo la página de inicio de sesión.",
    link: "Ir a la página de inicio de sesión",
  },
  zh: {
    title: "您是从另一个网站转到这里的",
    text: "另一个网站替您提交了此页面的表单。没有更改任何内容，也没有登录任何账户。如需登录，请自行打开登录页面。",
    link: "前往登录页面",
  },
};

/** The page for a visitor whose form another website posted: nothing was done, and how to go on. */
export function otherSitePage(settings: ReaderSettings): OtherSitePage {
  return (request) => {
    const reader = readerOf(request, settings);
    const { title, text, link } = texts[reader.language];
    const signIn = linkButton("/sign-in", link);
    const html = renderPage(reader, { title, body: `${paragraph(text)}\n${signIn}` });
    return { headers: pageHeaders(reader), html };
  };
}
