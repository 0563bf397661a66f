import type { InEveryLanguage } from "../../../kernel/language.ts";

/** The texts of `/sign-in`. All of them are plain text. */
export interface SignInTexts {
  readonly title: string;
  readonly identifier: string;
  readonly password: string;
  readonly button: string;
  readonly mailButton: string;
  readonly forgotten: string;
  readonly or: string;
  readonly passkeyButton: string;
  /** The user cancelled, or the authenticator failed. */
  readonly passkeyFault: string;
  readonly continueWith: (provider: string) => string;
  readonly signUp: string;
  /** The same for an unknown account, a wrong password and an account that may not sign in. */
  readonly wrong: string;
  readonly notAnIdentifier: string;
  readonly passkeyRefused: string;
  /** The second step came too late, or after a change of the account. */
  readonly startAgain: string;
  readonly confirmed: string;
  readonly cancelled: string;
  readonly providerConflict: string;
  readonly providerDown: string;
  readonly noProvider: string;
  readonly closed: string;
}

/** The texts of `/sign-in`, in each language. */
export const signInTexts: InEveryLanguage<SignInTexts> = {
  en: {
    title: "Sign in",
    identifier: "E-mail address or username",
    password: "Password",
    button: "Sign in",
    mailButton: "E-mail me a link and a code",
    forgotten: "Forgot your password?",
    or: "or",
    passkeyButton: "Sign in with a passkey",
    passkeyFault: "The passkey was not used. Try again, or sign in another way.",
    continueWith: (provider) => `Continue with ${provider}`,
    signUp: "Create an account",
    wrong: "These details are not right. Check the address or username, and the password.",
    notAnIdentifier: "This is neither an e-mail address nor a username. Please correct it.",
    passkeyRefused: "This passkey is not accepted. Try another one, or sign in another way.",
    startAgain: "The sign-in took too long or was interrupted. Please start again.",
    confirmed: "Your e-mail address is confirmed. You can sign in now.",
    cancelled: "You cancelled the sign-in at the provider. Try again, or sign in another way.",
    providerConflict:
      "There may already be an account with this address. Sign in another way, then link the provider in your account.",
    providerDown:
      "The provider is not available right now. Try again shortly, or sign in another way.",
    noProvider: "This provider is not available here. Sign in another way.",
    closed: "New accounts cannot be created here now, or not with this address.",
  },
  de: {
    title: "Anmelden",
    identifier: "E-Mail-Adresse oder Benutzername",
    password: "Passwort",
    button: "Anmelden",
    mailButton: "Link und Code per E-Mail senden",
    forgotten: "Passwort vergessen?",
    or: "oder",
    passkeyButton: "Mit einem Passkey anmelden",
    passkeyFault:
      "Der Passkey wurde nicht verwendet. Versuchen Sie es erneut oder melden Sie sich anders an.",
    continueWith: (provider) => `Weiter mit ${provider}`,
    signUp: "Konto anlegen",
    wrong:
      "Diese Angaben stimmen nicht. Prüfen Sie die Adresse oder den Benutzernamen und das Passwort.",
    notAnIdentifier:
      "Das ist weder eine E-Mail-Adresse noch ein Benutzername. Bitte korrigieren Sie die Eingabe.",
    passkeyRefused:
      "Dieser Passkey wird nicht angenommen. Versuchen Sie einen anderen oder melden Sie sich anders an.",
    startAgain:
      "Die Anmeldung hat zu lange gedauert oder wurde unterbrochen. Bitte beginnen Sie noch einmal.",
    confirmed: "Ihre E-Mail-Adresse ist bestätigt. Sie können sich jetzt anmelden.",
    cancelled:
      "Sie haben die Anmeldung beim Anbieter abgebrochen. Versuchen Sie es erneut oder melden Sie sich anders an.",
    providerConflict:
      "Möglicherweise gibt es bereits ein Konto mit dieser Adresse. Melden Sie sich anders an und verknüpfen Sie dann den Anbieter in Ihrem Konto.",
    providerDown:
      "Der Anbieter ist gerade nicht erreichbar. Versuchen Sie es gleich noch einmal oder melden Sie sich anders an.",
    noProvider: "Dieser Anbieter ist hier nicht verfügbar. Melden Sie sich anders an.",
    closed: "Neue Konten können hier zurzeit nicht angelegt werden, oder nicht mit dieser Adresse.",
  },
  es: {
    title: "Iniciar sesión",
    identifier: "Correo electrónico o nombre de usuario",
    password: "Contraseña",
    button: "Iniciar sesión",
    mailButton: "Enviarme un enlace y un código",
    forgotten: "¿Ha olvidado la contraseña?",
    or: "o",
    passkeyButton: "Iniciar sesión con una llave de acceso",
    passkeyFault:
      "No se ha usado la llave de acceso. Vuelva a intentarlo o inicie sesión de otra forma.",
    continueWith: (provider) => `Continuar con ${provider}`,
    signUp: "Crear una cuenta",
    wrong:
      "Estos datos no son correctos. Compruebe el correo o el nombre de usuario, y la contraseña.",
    notAnIdentifier: "Esto no es un correo electrónico ni un nombre de usuario. Corríjalo.",
    passkeyRefused:
      "Esta llave de acceso no se acepta. Pruebe con otra o inicie sesión de otra forma.",
    startAgain: "El inicio de sesión ha tardado demasiado o se ha interrumpido. Empiece de nuevo.",
    confirmed: "Su correo electrónico está confirmado. Ya puede iniciar sesión.",
    cancelled:
      "Ha cancelado el inicio de sesión en el proveedor. Vuelva a intentarlo o inicie sesión de otra forma.",
    providerConflict:
      "Es posible que ya haya una cuenta con esta dirección. Inicie sesión de otra forma y después vincule el proveedor en su cuenta.",
    providerDown:
      "El proveedor no está disponible en este momento. Vuelva a intentarlo dentro de poco o inicie sesión de otra forma.",
    noProvider: "Este proveedor no está disponible aquí. Inicie sesión de otra forma.",
    closed: "Por ahora no se pueden crear cuentas nuevas aquí, o no con esta dirección.",
  },
  zh: {
    title: "登录",
    identifier: "邮箱地址或用户名",
    password: "密码",
    button: "登录",
    mailButton: "通过邮件发送链接和验证码",
    forgotten: "忘记密码？",
    or: "或",
    passkeyButton: "使用通行密钥登录",
    passkeyFault: "未使用通行密钥。请重试，或用其他方式登录。",
    continueWith: (provider) => `使用 ${provider} 继续`,
    signUp: "创建账户",
    wrong: "输入的信息不正确。请检查邮箱地址或用户名以及密码。",
    notAnIdentifier: "这既不是邮箱地址也不是用户名，请更正。",
    passkeyRefused: "此通行密钥无法使用。请换一个，或用其他方式登录。",
    startAgain: "登录用时过长或已中断，请重新开始。",
    confirmed: "您的邮箱地址已确认，现在可以登录。",
    cancelled: "您已在提供方取消登录。请重试，或用其他方式登录。",
    providerConflict: "可能已有使用此地址的账户。请用其他方式登录，然后在您的账户中关联该提供方。",
    providerDown: "提供方目前不可用。请稍后重试，或用其他方式登录。",
    noProvider: "此处不提供该登录方式。请用其他方式登录。",
    closed: "此处目前无法创建新账户，或无法使用此地址创建。",
  },
};
