import type { InEveryLanguage } from "../../../kernel/language.ts";

/** The texts of `/sign-up`. All of them are plain text. */
export interface SignUpTexts {
  readonly title: string;
  readonly username: string;
  readonly name: string;
  readonly password: string;
  readonly confirmation: string;
  readonly button: string;
  /** Where a password is not needed. */
  readonly withoutPassword: string;
  readonly signIn: string;
  readonly duplicateEmail: string;
  readonly domainRefused: string;
  readonly usernameRefused: string;
  readonly duplicateUsername: string;
  readonly nameRefused: string;
  readonly passwordMissing: string;
  readonly closedTitle: string;
  readonly closed: string;
  readonly byInvitation: string;
}

/** The texts of `/sign-up`, in each language. */
export const signUpTexts: InEveryLanguage<SignUpTexts> = {
  en: {
    title: "Create an account",
    username: "Username (optional)",
    name: "Name (optional)",
    password: "Password",
    confirmation: "Repeat password",
    button: "Create account",
    withoutPassword: "Create account without a password",
    signIn: "Sign in instead",
    duplicateEmail: "There is already an account with this address. Sign in, or use another one.",
    domainRefused: "Addresses of this provider are not accepted here. Use another one.",
    usernameRefused:
      "This username cannot be used. It has 2 to 64 letters, digits, dots, hyphens or underscores, and some names are reserved.",
    duplicateUsername: "This username is taken. Choose another one.",
    nameRefused: "The name is too long or contains invalid characters.",
    passwordMissing: "Choose a password.",
    closedTitle: "New accounts cannot be created here",
    closed: "Registration is closed. If you already have an account, sign in.",
    byInvitation:
      "Accounts are created by invitation. If you have received one, open the link of its e-mail.",
  },
  de: {
    title: "Konto anlegen",
    username: "Benutzername (freiwillig)",
    name: "Name (freiwillig)",
    password: "Passwort",
    confirmation: "Passwort wiederholen",
    button: "Konto anlegen",
    withoutPassword: "Konto ohne Passwort anlegen",
    signIn: "Stattdessen anmelden",
    duplicateEmail:
      "Es gibt bereits ein Konto mit dieser Adresse. Melden Sie sich an oder verwenden Sie eine andere.",
    domainRefused:
      "Adressen dieses Anbieters werden hier nicht angenommen. Verwenden Sie eine andere.",
    usernameRefused:
      "Dieser Benutzername kann nicht verwendet werden. Er hat 2 bis 64 Buchstaben, Ziffern, Punkte, Binde- oder Unterstriche, und einige Namen sind reserviert.",
    duplicateUsername: "Dieser Benutzername ist vergeben. Wählen Sie einen anderen.",
    nameRefused: "Der Name ist zu lang oder enthält ungültige Zeichen.",
    passwordMissing: "Wählen Sie ein Passwort.",
    closedTitle: "Hier können keine neuen Konten angelegt werden",
    closed:
      "Die Registrierung ist geschlossen. Wenn Sie schon ein Konto haben, melden Sie sich an.",
    byInvitation:
      "Konten werden auf Einladung angelegt. Wenn Sie eine bekommen haben, öffnen Sie den Link in der E-Mail.",
  },
  es: {
    title: "Crear una cuenta",
    username: "Nombre de usuario (opcional)",
    name: "Nombre (opcional)",
    password: "Contraseña",
    confirmation: "Repita la contraseña",
    button: "Crear cuenta",
    withoutPassword: "Crear cuenta sin contraseña",
    signIn: "Iniciar sesión",
    duplicateEmail: "Ya hay una cuenta con esta dirección. Inicie sesión o use otra dirección.",
    domainRefused: "Aquí no se aceptan direcciones de este proveedor. Use otra.",
    usernameRefused:
      "Este nombre de usuario no se puede usar. Tiene de 2 a 64 letras, cifras, puntos, guiones o guiones bajos, y algunos nombres están reservados.",
    duplicateUsername: "Este nombre de usuario ya está en uso. Elija otro.",
    nameRefused: "El nombre es demasiado largo o contiene caracteres no válidos.",
    passwordMissing: "Elija una contraseña.",
    closedTitle: "Aquí no se pueden crear cuentas nuevas",
    closed: "El registro está cerrado. Si ya tiene una cuenta, inicie sesión.",
    byInvitation:
      "Las cuentas se crean por invitación. Si ha recibido una, abra el enlace de su correo.",
  },
  zh: {
    title: "创建账户",
    username: "用户名（选填）",
    name: "姓名（选填）",
    password: "密码",
    confirmation: "再次输入密码",
    button: "创建账户",
    withoutPassword: "不设密码创建账户",
    signIn: "改为登录",
    duplicateEmail: "已有使用此地址的账户。请登录，或使用其他地址。",
    domainRefused: "此处不接受该邮箱服务商的地址，请使用其他地址。",
    usernameRefused:
      "无法使用此用户名。用户名由 2 至 64 个字母、数字、点、连字符或下划线组成，部分名称为保留名称。",
    duplicateUsername: "此用户名已被使用，请另选一个。",
    nameRefused: "姓名过长或含有无效字符。",
    passwordMissing: "请设置密码。",
    closedTitle: "此处无法创建新账户",
    closed: "注册已关闭。如果您已有账户，请登录。",
    byInvitation: "账户须通过邀请创建。如果您收到了邀请，请打开邮件中的链接。",
  },
};
