import type { Settings } from "../../../platform/config/settings.ts";
import type { RefreshCookie } from "../../../platform/http/refresh-cookie.ts";
import type { SocialLogin } from "../../social-login/index.ts";
import type { AccountForm } from "./account-form.ts";
import { withdrawConsentForm } from "./applications.ts";
import { deleteAccountForm } from "./delete-account.ts";
import { revokeDeviceForm } from "./devices.ts";
import { emailForm } from "./email.ts";
import { addPasskeyForm, removePasskeyForm, renamePasskeyForm } from "./passkeys.ts";
import { changePasswordForm, setPasswordForm } from "./password.ts";
import { profileForm } from "./profile.ts";
import { linkForm, unlinkForm } from "./providers.ts";
import { reauthenticateForm } from "./reauthenticate.ts";
import { disableForm, enableForm, recoveryCodesForm, setUpForm } from "./second-factor.ts";
import { revokeAllSessionsForm, revokeSessionForm } from "./sessions.ts";
import { createSignOutBrowser } from "./sign-out-browser.ts";

/** The forms that depend on the settings. */
export interface AccountForms {
  readonly changePassword: AccountForm;
  readonly deleteAccount: AccountForm;
  /** Every form of the account page. */
  readonly all: readonly AccountForm[];
}

/** The forms of the account page. */
export function createAccountForms({
  settings,
  cookie,
  social,
}: {
  readonly settings: Settings;
  readonly cookie: Pick<RefreshCookie, "clear">;
  readonly social: SocialLogin;
}): AccountForms {
  const signOut = createSignOutBrowser(cookie);
  const changePassword = changePasswordForm(settings);
  const deleteAccount = deleteAccountForm(signOut);
  return {
    changePassword,
    deleteAccount,
    all: [
      profileForm,
      emailForm,
      changePassword,
      setPasswordForm,
      setUpForm,
      enableForm,
      recoveryCodesForm,
      disableForm,
      revokeDeviceForm,
      addPasskeyForm,
      renamePasskeyForm,
      removePasskeyForm,
      linkForm(settings, social),
      unlinkForm,
      withdrawConsentForm,
      revokeSessionForm(signOut),
      revokeAllSessionsForm(signOut),
      reauthenticateForm,
      deleteAccount,
    ],
  };
}
