import type { InEveryLanguage } from "../../../kernel/language.ts";
import type { PageOutcome } from "../../authorization/index.ts";
import { note, paragraph } from "../kit/forms.ts";
import { renderPage } from "../kit/layout.ts";
import type { Reader } from "../kit/page-request.ts";

type Fault = PageOutcome["error"];

const texts: InEveryLanguage<
  Readonly<Record<Fault, string>> & { readonly title: string; readonly advice: string }
> = {
  en: {
    title: "This sign-in does not work",
    unknown_client: "The application that sent you here is not known.",
    wrong_redirect_uri:
      "The application that sent you here named an address to return to that is not registered for it.",
    unusable_request: "The application that sent you here sent a request that cannot be read.",
    expired_request: "This sign-in took too long, or it is already complete.",
    advice:
      "Nothing was shared. Go back to the application and try again, or tell the people who run it.",
  },
  de: {
    title: "Diese Anmeldung funktioniert nicht",
    unknown_client: "Die Anwendung, die Sie hierher geleitet hat, ist nicht bekannt.",
    wrong_redirect_uri:
      "Die Anwendung, die Sie hierher geleitet hat, hat eine Rücksprungadresse genannt, die nicht für sie eingetragen ist.",
    unusable_request:
      "Die Anwendung, die Sie hierher geleitet hat, hat eine Anfrage gesendet, die nicht gelesen werden kann.",
    expired_request: "Diese Anmeldung hat zu lange gedauert, oder sie ist schon abgeschlossen.",
    advice:
      "Es wurde nichts weitergegeben. Gehen Sie zur Anwendung zurück und versuchen Sie es erneut, oder informieren Sie deren Betreiber.",
  },
  es: {
    title: "Este inicio de sesión no funciona",
    unknown_client: "La aplicación que le ha enviado aquí no es conocida.",
    wrong_redirect_uri:
      "La aplicación que le ha enviado aquí indicó una dirección de retorno que no está registrada para ella.",
    unusable_request:
      "La aplicación que le ha enviado aquí envió una solicitud que no se puede leer.",
    expired_request: "Este inicio de sesión ha tardado demasiado o ya se ha completado.",
    advice:
      "No se ha compartido nada. Vuelva a la aplicación e inténtelo de nuevo, o avise a sus responsables.",
  },
  zh: {
    title: "此登录无法进行",
    unknown_client: "将您转到此处的应用未知。",
    wrong_redirect_uri: "将您转到此处的应用指定了未登记的返回地址。",
    unusable_request: "将您转到此处的应用发送了无法读取的请求。",
    expired_request: "此登录耗时过长，或已经完成。",
    advice: "没有共享任何信息。请返回该应用重试，或联系其运营者。",
  },
};

/** The page for a request that must not be answered to its redirect URI (RFC 6749 §4.1.2.1). It repeats nothing of the request. */
export function faultPage(reader: Reader, fault: Fault): string {
  const { title, advice, ...reasons } = texts[reader.language];
  return renderPage(reader, { title, body: `${paragraph(reasons[fault])}\n${note(advice)}` });
}
