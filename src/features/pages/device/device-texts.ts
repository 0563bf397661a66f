import type { InEveryLanguage } from "../../../kernel/language.ts";

/** The texts of the pages for devices. `{client}` and `{code}` are replaced. */
export const deviceTexts: InEveryLanguage<{
  readonly title: string;
  readonly text: string;
  readonly code: string;
  readonly unknown: string;
  readonly next: string;
  readonly question: string;
  readonly warning: string;
  readonly allowed: string;
  readonly denied: string;
  readonly done: string;
}> = {
  en: {
    title: "Connect a device",
    text: "Enter the code that your device or program shows.",
    code: "Code",
    unknown: "This code is wrong, was used or has expired. Please check it.",
    next: "Continue",
    question: "Does your device show the code {code}?",
    warning:
      "Only allow this if you have just started it yourself. Otherwise the person who sent you the code gets access to your account at {client}.",
    allowed: "The device is connected",
    denied: "The device is not connected",
    done: "You can close this page and return to your device.",
  },
  de: {
    title: "Ein Gerät verbinden",
    text: "Geben Sie den Code ein, den Ihr Gerät oder Programm anzeigt.",
    code: "Code",
    unknown:
      "Dieser Code ist falsch, wurde schon benutzt oder ist abgelaufen. Bitte prüfen Sie ihn.",
    next: "Weiter",
    question: "Zeigt Ihr Gerät den Code {code} an?",
    warning:
      "Erlauben Sie dies nur, wenn Sie es gerade selbst gestartet haben. Sonst erhält die Person, die Ihnen den Code geschickt hat, Zugriff auf Ihr Konto bei {client}.",
    allowed: "Das Gerät ist verbunden",
    denied: "Das Gerät ist nicht verbunden",
    done: "Sie können diese Seite schließen und zu Ihrem Gerät zurückkehren.",
  },
  es: {
    title: "Conectar un dispositivo",
    text: "Introduzca el código que muestra su dispositivo o programa.",
    code: "Código",
    unknown: "Este código es incorrecto, ya se usó o ha caducado. Compruébelo.",
    next: "Continuar",
    question: "¿Muestra su dispositivo el código {code}?",
    warning:
      "Permítalo solo si acaba de iniciarlo usted. De lo contrario, quien le envió el código obtendrá acceso a su cuenta en {client}.",
    allowed: "El dispositivo está conectado",
    denied: "El dispositivo no está conectado",
    done: "Puede cerrar esta página y volver a su dispositivo.",
  },
  zh: {
    title: "连接设备",
    text: "请输入您的设备或程序显示的代码。",
    code: "代码",
    unknown: "此代码错误、已使用或已过期。请检查。",
    next: "继续",
    question: "您的设备显示的代码是 {code} 吗？",
    warning:
      "仅当您刚刚亲自发起此操作时才允许。否则，向您发送代码的人将获得您在 {client} 的账户的访问权限。",
    allowed: "设备已连接",
    denied: "设备未连接",
    done: "您可以关闭此页面并返回设备。",
  },
};
