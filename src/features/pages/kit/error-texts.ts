import type { InEveryLanguage } from "../../../kernel/language.ts";

/** The title of an error page, and what the user can do. */
export interface ErrorText {
  readonly title: string;
  readonly text: string;
}

/** What an error page is about. */
export type ErrorPageKind =
  | "notFound"
  | "notLikeThis"
  | "notAllowed"
  | "tooLarge"
  | "faulty"
  | "later"
  | "tooMany"
  | "failed";

/** The texts of the error pages. */
export interface ErrorTexts extends Readonly<Record<ErrorPageKind, ErrorText>> {
  /** Names the request to those who help. */
  readonly requestId: (id: string) => string;
}

/** The texts of the error pages, in each language. */
export const errorTexts: InEveryLanguage<ErrorTexts> = {
  en: {
    notFound: {
      title: "This page does not exist",
      text: "Check the address, or go on from here.",
    },
    notLikeThis: {
      title: "This page cannot be opened like this",
      text: "It is the result of a form. Open the page with the form again.",
    },
    notAllowed: {
      title: "You may not do this",
      text: "Sign in with an account that is allowed to, or go back.",
    },
    tooLarge: {
      title: "That was too much",
      text: "The form had more content than is accepted. Go back and shorten what you entered.",
    },
    faulty: {
      title: "This request cannot be read",
      text: "Go back and try again. If you followed a link, check that it is complete.",
    },
    later: {
      title: "Please try again shortly",
      text: "The service is not available right now.",
    },
    tooMany: {
      title: "Too many attempts",
      text: "Please wait a few minutes, then try again.",
    },
    failed: {
      title: "Something went wrong",
      text: "The fault is not yours. Please try again.",
    },
    requestId: (id) => `If you ask for help, give this number: ${id}`,
  },
  de: {
    notFound: {
      title: "Diese Seite gibt es nicht",
      text: "Prüfen Sie die Adresse, oder machen Sie von hier aus weiter.",
    },
    notLikeThis: {
      title: "Diese Seite lässt sich so nicht öffnen",
      text: "Sie ist das Ergebnis eines Formulars. Öffnen Sie die Seite mit dem Formular noch einmal.",
    },
    notAllowed: {
      title: "Das ist nicht erlaubt",
      text: "Melden Sie sich mit einem Konto an, das dazu berechtigt ist, oder gehen Sie zurück.",
    },
    tooLarge: {
      title: "Das war zu viel",
      text: "Das Formular hatte mehr Inhalt, als angenommen wird. Gehen Sie zurück und kürzen Sie Ihre Eingabe.",
    },
    faulty: {
      title: "Diese Anfrage ist nicht lesbar",
      text: "Gehen Sie zurück und versuchen Sie es noch einmal. Falls Sie einem Link gefolgt sind, prüfen Sie, ob er vollständig ist.",
    },
    later: {
      title: "Bitte versuchen Sie es gleich noch einmal",
      text: "Der Dienst ist gerade nicht verfügbar.",
    },
    tooMany: {
      title: "Zu viele Versuche",
      text: "Bitte warten Sie einige Minuten und versuchen Sie es dann erneut.",
    },
    failed: {
      title: "Etwas ist schiefgegangen",
      text: "Der Fehler liegt nicht bei Ihnen. Bitte versuchen Sie es noch einmal.",
    },
    requestId: (id) => `Falls Sie um Hilfe bitten, nennen Sie diese Nummer: ${id}`,
  },
  es: {
    notFound: {
      title: "Esta página no existe",
      text: "Compruebe la dirección o continúe desde aquí.",
    },
    notLikeThis: {
      title: "Esta página no se puede abrir así",
      text: "Es el resultado de un formulario. Abra de nuevo la página con el formulario.",
    },
    notAllowed: {
      title: "No tiene permiso para hacer esto",
      text: "Inicie sesión con una cuenta que lo tenga o vuelva atrás.",
    },
    tooLarge: {
      title: "Es demasiado contenido",
      text: "El formulario tenía más contenido del que se acepta. Vuelva atrás y acorte lo que ha escrito.",
    },
    faulty: {
      title: "Esta solicitud no se puede leer",
      text: "Vuelva atrás e inténtelo de nuevo. Si ha seguido un enlace, compruebe que esté completo.",
    },
    later: {
      title: "Vuelva a intentarlo dentro de un momento",
      text: "El servicio no está disponible en este momento.",
    },
    tooMany: {
      title: "Demasiados intentos",
      text: "Espere unos minutos y vuelva a intentarlo.",
    },
    failed: {
      title: "Algo ha fallado",
      text: "El fallo no es suyo. Inténtelo de nuevo.",
    },
    requestId: (id) => `Si pide ayuda, indique este número: ${id}`,
  },
  zh: {
    notFound: { title: "此页面不存在", text: "请检查地址，或从这里继续。" },
    notLikeThis: {
      title: "无法以这种方式打开此页面",
      text: "这是提交表单后的结果页面。请重新打开包含表单的页面。",
    },
    notAllowed: { title: "您无权执行此操作", text: "请使用有权限的账户登录，或返回上一页。" },
    tooLarge: { title: "内容过多", text: "表单内容超出了允许的大小。请返回并缩短您输入的内容。" },
    faulty: {
      title: "无法读取此请求",
      text: "请返回后重试。如果您是通过链接打开的，请检查链接是否完整。",
    },
    later: { title: "请稍后再试", text: "服务暂时不可用。" },
    tooMany: { title: "尝试次数过多", text: "请等待几分钟后重试。" },
    failed: { title: "出了点问题", text: "这不是您的错误，请重试。" },
    requestId: (id) => `如需帮助，请提供此编号：${id}`,
  },
};
