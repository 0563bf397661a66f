import type { InEveryLanguage } from "../../../kernel/language.ts";
import {
  hasVerifiedEmail,
  requestVerification,
  verifyEmailByToken,
} from "../../email-verification/index.ts";
import { codeForm } from "../kit/code-form.ts";
import { paragraph } from "../kit/forms.ts";
import type { LinkPage, LinkPageTexts } from "./link-page.ts";
import { mailboxPage, type NewMail } from "./new-mail.ts";
import { verifyCodePath, verifyMailPath } from "./paths.ts";
import { verifyCodePage } from "./verify-code.ts";
import { verifyCodeTexts } from "./verify-code-texts.ts";

const path = "/verify-email";

const texts: InEveryLanguage<LinkPageTexts & { readonly sentText: string }> = {
  en: {
    title: "Confirm your e-mail address",
    text: "Press the button to confirm that this e-mail address is yours.",
    button: "Confirm e-mail address",
    note: "If you did not sign up, close this page. Nothing has changed yet.",
    doneTitle: "Your e-mail address is confirmed",
    doneText: "Thank you. You can close this page and sign in.",
    invalid:
      "The link, or one from another e-mail, may already have been used. If you have already confirmed your address, sign in.",
    expired: "A link is valid for a limited time. Enter your address to get a new link.",
    sentText:
      "If there is an account with this address that is not confirmed yet, you will receive a new e-mail soon. Open the link of the newest one, or enter its code here.",
  },
  de: {
    title: "Bestätigen Sie Ihre E-Mail-Adresse",
    text: "Bestätigen Sie mit der Schaltfläche, dass diese E-Mail-Adresse Ihnen gehört.",
    button: "E-Mail-Adresse bestätigen",
    note: "Wenn Sie sich nicht registriert haben, schließen Sie diese Seite. Bisher hat sich nichts geändert.",
    doneTitle: "Ihre E-Mail-Adresse ist bestätigt",
    doneText: "Vielen Dank. Sie können diese Seite schließen und sich anmelden.",
    invalid:
      "Vielleicht wurde der Link oder einer aus einer anderen E-Mail schon benutzt. Wenn Sie Ihre Adresse bereits bestätigt haben, melden Sie sich an.",
    expired:
      "Ein Link ist nur für begrenzte Zeit gültig. Geben Sie Ihre Adresse ein, um einen neuen Link zu bekommen.",
    sentText:
      "Wenn es ein Konto mit dieser Adresse gibt, das noch nicht bestätigt ist, bekommen Sie gleich eine neue E-Mail. Öffnen Sie den Link der neuesten, oder geben Sie deren Code hier ein.",
  },
  es: {
    title: "Confirme su correo electrónico",
    text: "Pulse el botón para confirmar que esta dirección de correo es suya.",
    button: "Confirmar correo electrónico",
    note: "Si no se ha registrado usted, cierre esta página. Todavía no ha cambiado nada.",
    doneTitle: "Su correo electrónico está confirmado",
    doneText: "Gracias. Puede cerrar esta página e iniciar sesión.",
    invalid:
      "Es posible que ya se haya usado el enlace o el de otro correo. Si ya confirmó su dirección, inicie sesión.",
    expired:
      "Un enlace solo es válido durante un tiempo limitado. Escriba su dirección para recibir otro.",
    sentText:
      "Si hay una cuenta con esta dirección que aún no está confirmada, recibirá en breve un correo nuevo. Abra el enlace del más reciente o escriba aquí su código.",
  },
  zh: {
    title: "确认您的邮箱地址",
    text: "请点击按钮，确认此邮箱地址属于您。",
    button: "确认邮箱地址",
    note: "如果不是您本人注册的，请关闭此页面。目前尚未进行任何更改。",
    doneTitle: "您的邮箱地址已确认",
    doneText: "谢谢。您可以关闭此页面并登录。",
    invalid: "该链接或其他邮件中的链接可能已被使用。如果您已确认过地址，请直接登录。",
    expired: "链接仅在有限时间内有效。请输入您的地址以获取新链接。",
    sentText:
      "如果存在使用此地址且尚未确认的账户，新邮件很快就会送达。请打开最新一封中的链接，或在此输入其验证码。",
  },
};

/** The form for a new mail below a link that does not work. */
export const newVerificationMail = {
  path: verifyMailPath,
  request: requestVerification,
  sentPage(reader, { email, returnTo }) {
    const { sentText } = texts[reader.language];
    const { button } = verifyCodeTexts[reader.language];
    const form = { at: verifyMailPath, to: verifyCodePath, email, returnTo, button };
    return mailboxPage(reader, `${paragraph(sentText)}\n${codeForm(reader, form)}`);
  },
} as const satisfies NewMail;

/** The page that confirms an address. */
export const verifyEmailPage = {
  path,
  texts,
  confirm: ({ ctx, form }) => verifyEmailByToken(ctx, form["token"] ?? ""),
  isConfirmed: hasVerifiedEmail,
  newMailPath: newVerificationMail.path,
  startPage: (reader, returnTo) => verifyCodePage(reader, { at: path, email: "", returnTo }),
} as const satisfies LinkPage;
