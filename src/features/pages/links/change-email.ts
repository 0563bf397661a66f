import type { InEveryLanguage } from "../../../kernel/language.ts";
import { confirmEmailChange, hasChangedEmail } from "../../email-change/index.ts";
import type { LinkPage, LinkPageTexts } from "./link-page.ts";

const texts: InEveryLanguage<LinkPageTexts> = {
  en: {
    title: "Confirm your new e-mail address",
    text: "Press the button to use this e-mail address for your account from now on. This signs you out everywhere.",
    button: "Use this address",
    note: "If you did not request this, close this page. Nothing has changed yet.",
    doneTitle: "Your e-mail address has been changed",
    doneText: "You have been signed out everywhere. Sign in with your new address.",
    invalid:
      "The link may already have been used, or a newer link may have replaced it. If your address has not changed, request the change again.",
    expired: "A link is valid for a limited time. Request the change again.",
    conflict: {
      title: "This address cannot be used",
      text: "Another account now uses it. Your account keeps its present address.",
    },
  },
  de: {
    title: "Bestätigen Sie Ihre neue E-Mail-Adresse",
    text: "Klicken Sie auf die Schaltfläche, um diese E-Mail-Adresse von nun an für Ihr Konto zu verwenden. Sie werden dabei überall abgemeldet.",
    button: "Diese Adresse verwenden",
    note: "Wenn Sie das nicht angefordert haben, schließen Sie diese Seite. Bisher hat sich nichts geändert.",
    doneTitle: "Ihre E-Mail-Adresse wurde geändert",
    doneText: "Sie wurden überall abgemeldet. Melden Sie sich mit Ihrer neuen Adresse an.",
    invalid:
      "Vielleicht wurde der Link schon benutzt oder durch einen neueren ersetzt. Wenn Ihre Adresse sich nicht geändert hat, fordern Sie die Änderung noch einmal an.",
    expired: "Ein Link ist nur für begrenzte Zeit gültig. Fordern Sie die Änderung noch einmal an.",
    conflict: {
      title: "Diese Adresse kann nicht verwendet werden",
      text: "Inzwischen verwendet sie ein anderes Konto. Ihr Konto behält seine bisherige Adresse.",
    },
  },
  es: {
    title: "Confirme su nueva dirección de correo",
    text: "Pulse el botón para usar esta dirección de correo en su cuenta a partir de ahora. Se cerrará su sesión en todas partes.",
    button: "Usar esta dirección",
    note: "Si no lo ha solicitado usted, cierre esta página. Todavía no ha cambiado nada.",
    doneTitle: "Su dirección de correo ha cambiado",
    doneText: "Se ha cerrado la sesión en todas partes. Inicie sesión con la dirección nueva.",
    invalid:
      "Es posible que el enlace ya se haya usado o que otro más reciente lo haya sustituido. Si su dirección no ha cambiado, solicite el cambio otra vez.",
    expired: "Un enlace solo es válido durante un tiempo limitado. Solicite el cambio otra vez.",
    conflict: {
      title: "Esta dirección no se puede usar",
      text: "Otra cuenta ya la usa. Su cuenta conserva la dirección actual.",
    },
  },
  zh: {
    title: "请确认您的新邮箱地址",
    text: "请点击按钮，确认今后在您的账户中使用此邮箱地址。您将在所有设备上退出登录。",
    button: "使用此地址",
    note: "如果不是您本人请求的，请关闭此页面。目前尚未进行任何更改。",
    doneTitle: "您的邮箱地址已更改",
    doneText: "您已在所有设备上退出登录。请使用新地址登录。",
    invalid: "该链接可能已被使用，或已被较新的链接取代。如果您的地址没有更改，请重新申请更改。",
    expired: "链接仅在有限时间内有效。请重新申请更改。",
    conflict: {
      title: "无法使用此地址",
      text: "另一个账户现已使用此地址。您的账户将保留现有地址。",
    },
  },
};

/** The page that confirms a new address. It has no form for a new mail, since only a signed-in user can request one. */
export const changeEmailPage = {
  path: "/change-email",
  texts,
  confirm: ({ ctx, form }) => confirmEmailChange(ctx, form["token"] ?? ""),
  isConfirmed: hasChangedEmail,
  expectedErrors: ["CONFLICT"],
} as const satisfies LinkPage;
