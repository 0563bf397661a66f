import { doneNote, hiddenField, link, paragraph, renderForm } from "../kit/forms.ts";
import { renderPage } from "../kit/layout.ts";
import { noMailNote } from "../kit/no-mail.ts";
import type { Reader } from "../kit/page-request.ts";
import { sharedTexts } from "../kit/shared-texts.ts";
import { wayOn } from "../kit/way-on.ts";
import { newVerificationMail } from "../links/verify-email.ts";
import { type AccountForm, accountPath, type DoneId, type SectionId } from "./account-form.ts";
import { accountTexts } from "./account-texts.ts";
import type { AccountView } from "./account-view.ts";
import { renderApplications } from "./applications.ts";
import { dataPath } from "./data.ts";
import { renderDevices } from "./devices.ts";
import { emailForm } from "./email.ts";
import type { AccountForms } from "./forms-of-account.ts";
import { addPasskeyForm, renderPasskeys } from "./passkeys.ts";
import { setPasswordForm } from "./password.ts";
import { profileForm, profileValues } from "./profile.ts";
import { renderProviders } from "./providers.ts";
import { disableForm, recoveryCodesForm, setUpForm } from "./second-factor.ts";
import { renderRevokeAll, renderSessions } from "./sessions.ts";

/** The account page. `report` is what has just been done or failed, as HTML. */
export function accountPage(
  reader: Reader,
  view: AccountView,
  { forms, report }: { readonly forms: AccountForms; readonly report: string | null },
): string {
  const texts = accountTexts[reader.language];
  const { user, security } = view;
  const at = accountPath;
  const shown = { reader, at, security, values: {}, error: null };
  const render = (form: AccountForm): string => form.render(shown);
  const sections: Record<SectionId, string | null> = {
    profile: profileForm.render({ ...shown, values: profileValues(user) }),
    email: emailSection(reader, view, emailChange(reader, render)),
    password: passwordSection(reader, view, { forms, render }),
    "second-factor": secondFactorSection(reader, view, render),
    devices: security.hasSecondFactor ? renderDevices(reader, at, view.devices) : null,
    passkeys: [
      paragraph(texts.passkeys.text),
      renderPasskeys(shown, view.passkeys),
      render(addPasskeyForm),
    ].join("\n"),
    providers:
      view.providers.length === 0 && view.identities.length === 0
        ? null
        : renderProviders(reader, at, view),
    applications: view.consents.length === 0 ? null : renderApplications(reader, at, view.consents),
    sessions: [
      paragraph(texts.sessions.text),
      renderSessions(reader, at, { items: view.sessions, currentId: user.sessionId }),
      renderRevokeAll({ reader, at }),
    ].join("\n"),
    data: `${paragraph(texts.data.text)}\n<p>${link(at, dataPath, texts.data.download)}</p>`,
    delete: [
      paragraph(texts.deletion.text),
      details(texts.deletion.open, render(forms.deleteAccount)),
    ].join("\n"),
  };
  return renderPage(reader, {
    title: texts.title,
    isWide: true,
    body: [
      ...(report === null ? [] : [report]),
      paragraph(texts.signedInAs(user.name ?? user.username ?? user.email)),
      ...(reader.brand.appUrl === null ? [] : [wayOn(reader)]),
      renderForm({ at, to: "/sign-out", fields: "", button: texts.signOut, look: "quiet" }),
      ...Object.entries(sections).flatMap(([id, html]) =>
        html === null ? [] : [section(id, texts.sections[asSectionId(id)], html)],
      ),
    ].join("\n"),
  });
}

/** What has just been done, for screen readers as well. */
export function doneReport({ language }: Reader, done: DoneId): string {
  return doneNote(accountTexts[language].done[done]);
}

function section(id: string, title: string, html: string): string {
  return `<section id="${id}" aria-labelledby="${id}-title">
<h2 id="${id}-title">${Bun.escapeHTML(title)}</h2>
${html}
</section>`;
}

function details(summary: string, html: string): string {
  return `<details><summary>${Bun.escapeHTML(summary)}</summary>\n${html}\n</details>`;
}

function emailChange(reader: Reader, render: (form: AccountForm) => string): string {
  if (!reader.sendsMail) return noMailNote(reader);
  return details(accountTexts[reader.language].email.change, render(emailForm));
}

function passwordSection(
  reader: Reader,
  { security }: AccountView,
  { forms, render }: { forms: AccountForms; render: (form: AccountForm) => string },
): string {
  if (security.hasPassword) return render(forms.changePassword);
  return reader.sendsMail ? render(setPasswordForm) : noMailNote(reader);
}

function emailSection(
  { language, sendsMail }: Reader,
  { user }: AccountView,
  form: string,
): string {
  const { verified, unverified } = accountTexts[language].email;
  const state = user.emailVerified ? verified : unverified;
  const { sendMail: button } = sharedTexts[language];
  const resend = {
    at: accountPath,
    to: newVerificationMail.path,
    fields: hiddenField("email", user.email),
  };
  return [
    `<p>${Bun.escapeHTML(user.email)} <span class="badge">${Bun.escapeHTML(state)}</span></p>`,
    ...(user.emailVerified || !sendsMail ? [] : [renderForm({ ...resend, button, look: "quiet" })]),
    form,
  ].join("\n");
}

function secondFactorSection(
  { language }: Reader,
  { security }: AccountView,
  render: (form: AccountForm) => string,
): string {
  const texts = accountTexts[language].secondFactor;
  if (!security.hasSecondFactor) {
    return `${paragraph(texts.off)}\n${details(texts.setUp, render(setUpForm))}`;
  }
  return [
    paragraph(texts.on(security.recoveryCodes)),
    details(texts.replaceCodes, render(recoveryCodesForm)),
    details(texts.disable, render(disableForm)),
  ].join("\n");
}

/** For the keys of an object of sections. */
function asSectionId(id: string): SectionId {
  return id as SectionId;
}
