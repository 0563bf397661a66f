import type { InEveryLanguage } from "../../../kernel/language.ts";

/** The texts of `/set-up`. All of them are plain text. */
export interface SetUpTexts {
  readonly title: string;
  readonly text: string;
  readonly button: string;
  readonly invalid: string;
  readonly expired: string;
}

/** The texts of `/set-up`, in each language. */
export const setUpTexts: InEveryLanguage<SetUpTexts> = {
  en: {
    title: "Create the first administrator",
    text: "This installation has no administrator yet. The account that you create here may do everything.",
    button: "Create administrator",
    invalid:
      "The link is not complete, or there is an administrator already. The operator can create another one with “gatehouse create-admin”.",
    expired: "A link is valid for 24 hours. The server prints a new one when it is started again.",
  },
  de: {
    title: "Legen Sie das erste Administratorkonto an",
    text: "Diese Installation hat noch kein Administratorkonto. Mit dem Konto, das Sie hier anlegen, dürfen Sie alles.",
    button: "Administratorkonto anlegen",
    invalid:
      "Der Link ist nicht vollständig, oder es gibt schon ein Administratorkonto. Ein weiteres legt man auf dem Server mit „gatehouse create-admin“ an.",
    expired: "Ein Link ist 24 Stunden gültig. Der Server gibt beim nächsten Start einen neuen aus.",
  },
  es: {
    title: "Cree la primera cuenta de administración",
    text: "Esta instalación aún no tiene ninguna cuenta de administración. La cuenta que cree aquí podrá hacerlo todo.",
    button: "Crear cuenta de administración",
    invalid:
      "El enlace no está completo o ya hay una cuenta de administración. Se puede crear otra en el servidor con «gatehouse create-admin».",
    expired: "Un enlace es válido durante 24 horas. El servidor muestra otro cuando se reinicia.",
  },
  zh: {
    title: "创建首个管理员账户",
    text: "此系统尚无管理员。您在此创建的账户将拥有全部权限。",
    button: "创建管理员账户",
    invalid:
      "链接不完整，或者管理员账户已存在。可在服务器上用 gatehouse create-admin 创建其他管理员账户。",
    expired: "链接有效期为 24 小时。服务器重新启动时会显示新的链接。",
  },
};
