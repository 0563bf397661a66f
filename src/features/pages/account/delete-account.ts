import { deleteOwnAccount } from "../../own-account/index.ts";
import { paragraph, renderForm } from "../kit/forms.ts";
import type { Page } from "../kit/layout.ts";
import type { Reader } from "../kit/page-request.ts";
import { wayOn } from "../kit/way-on.ts";
import type { AccountForm, ShownForm } from "./account-form.ts";
import { accountTexts } from "./account-texts.ts";
import type { SignOutBrowser } from "./sign-out-browser.ts";
import { alertOf, faultsOf, fieldError, ownPasswordField, postedPassword } from "./form-parts.ts";

const path = "/account/delete";

/** The form that deletes the account. */
export function deleteAccountForm(signOut: SignOutBrowser) {
  return {
    path,
    section: "delete",
    expectedErrors: ["VALIDATION_ERROR", "INVALID_CREDENTIALS", "CONFLICT"],
    async submit({ ctx, form, headers, reader }) {
      if (form["confirm"] !== "yes") throw fieldError("confirm");
      await deleteOwnAccount(ctx, { password: postedPassword(form) });
      await signOut(ctx, headers);
      return { page: deletedPage(reader) };
    },
    render: renderDeletion,
  } as const satisfies AccountForm;
}

/** The page after the account was deleted. */
export function deletedPage(reader: Reader): Page {
  const { doneTitle: title, doneText } = accountTexts[reader.language].deletion;
  return { title, body: `${paragraph(doneText)}\n${wayOn(reader)}` };
}

function renderDeletion(shown: ShownForm): string {
  const { at, reader } = shown;
  const { confirm, confirmFault, lastAdmin, button } = accountTexts[reader.language].deletion;
  const faults = faultsOf(shown, "confirm", { VALIDATION_ERROR: confirmFault });
  const fault = faults.map(
    (text) => `<p class="fault" id="confirm-fault">${Bun.escapeHTML(text)}</p>`,
  );
  const described =
    faults.length > 0 ? ' aria-describedby="confirm-fault" aria-invalid="true" autofocus' : "";
  const fields = [
    ...ownPasswordField(shown, "delete-password"),
    ...fault,
    `<label class="check"><input type="checkbox" id="confirm" name="confirm" value="yes" required${described}> ${Bun.escapeHTML(confirm)}</label>`,
  ].join("\n");
  return [
    ...alertOf(shown, { CONFLICT: lastAdmin }),
    renderForm({ at, to: path, fields, button, look: "danger" }),
  ].join("\n");
}
