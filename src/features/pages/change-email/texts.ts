import type { InEveryLanguage } from "../language.ts";
import type { LinkFault } from "../press-button.ts";

/** Why an address cannot be changed: the link's fault, or it is somebody else's by now. */
export type ChangeFault = LinkFault | "taken";

/** What the pages of `/change-email` say. */
export interface ChangeEmailTexts {
  readonly title: string;
  readonly text: string;
  readonly button: string;
  readonly note: string;
  readonly doneTitle: string;
  readonly doneText: string;
  readonly takenTitle: string;
  readonly faults: Readonly<Record<ChangeFault, string>>;
}

/** What the pages of `/change-email` say, in each language. */
export const changeEmailTexts: InEveryLanguage<ChangeEmailTexts> = {
  en: {
    title: "Confirm your new e-mail address",
    text: "Press the button to use this e-mail address for your account from now on. You will be signed out everywhere.",
    button: "Use this address",
    note: "If it was not you who asked for this, close this page. Nothing has changed yet.",
    doneTitle: "Your e-mail address has been changed",
    doneText: "You have been signed out everywhere. Sign in with your new address.",
    takenTitle: "This address cannot be used",
    faults: {
      invalid:
        "It may have been used already, or replaced by a newer one. If your address has not changed, ask for the change again.",
      expired: "Links work only for a limited time. Ask for the change again.",
      taken: "Another account uses it by now. Your account keeps the address that it has.",
    },
  },
  de: {
    title: "Bestätigen Sie Ihre neue E-Mail-Adresse",
    text: "Klicken Sie auf die Schaltfläche, um diese E-Mail-Adresse von nun an für Ihr Konto zu verwenden. Sie werden dabei überall abgemeldet.",
    button: "Diese Adresse verwenden",
    note: "Wenn Sie das nicht angefordert haben, schließen Sie diese Seite. Noch hat sich nichts geändert.",
    doneTitle: "Ihre E-Mail-Adresse wurde geändert",
    doneText: "Sie wurden überall abgemeldet. Melden Sie sich mit Ihrer neuen Adresse an.",
    takenTitle: "Diese Adresse kann nicht verwendet werden",
    faults: {
      invalid:
        "Vielleicht wurde er schon benutzt oder durch einen neueren ersetzt. Wenn Ihre Adresse sich nicht geändert hat, fordern Sie die Änderung noch einmal an.",
      expired: "Links gelten nur für begrenzte Zeit. Fordern Sie die Änderung noch einmal an.",
      taken:
        "Inzwischen verwendet sie ein anderes Konto. Ihr Konto behält die Adresse, die es hat.",
    },
  },
  es: {
    title: "Confirme su nueva dirección de correo",
    text: "Pulse el botón para usar esta dirección de correo en su cuenta a partir de ahora. Se cerrará su sesión en todas partes.",
    button: "Usar esta dirección",
    note: "Si no lo ha solicitado usted, cierre esta página. Todavía no ha cambiado nada.",
    doneTitle: "Su dirección de correo ha cambiado",
    doneText: "Se ha cerrado la sesión en todas partes. Inicie sesión con la dirección nueva.",
    takenTitle: "Esta dirección no se puede usar",
    faults: {
      invalid:
        "Puede que ya se haya usado o que otro más reciente lo haya sustituido. Si su dirección no ha cambiado, solicite el cambio otra vez.",
      expired: "Los enlaces funcionan durante un tiempo limitado. Solicite el cambio otra vez.",
      taken: "Otra cuenta ya la usa. Su cuenta conserva la dirección que tiene.",
    },
  },
  zh: {
    title: "请确认您的新邮箱地址",
    text: "请点击按钮，确认今后在您的账户中使用此邮箱地址。您将在所有设备上退出登录。",
    button: "使用此地址",
    note: "如果不是您本人请求的，请关闭此页面。目前尚未进行任何更改。",
    doneTitle: "您的邮箱地址已更改",
    doneText: "您已在所有设备上退出登录。请使用新地址登录。",
    takenTitle: "无法使用此地址",
    faults: {
      invalid: "该链接可能已被使用，或已被较新的链接取代。如果您的地址没有更改，请重新申请更改。",
      expired: "链接仅在有限时间内有效。请重新申请更改。",
      taken: "另一个账户现已使用此地址。您的账户将保留现有地址。",
    },
  },
};
