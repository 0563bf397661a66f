import { endAllSessions, revokeSession, type SessionRecord } from "../../sessions/index.ts";
import type { SignOutBrowser } from "./sign-out-browser.ts";
import { paragraph, renderForm } from "../kit/forms.ts";
import type { Page } from "../kit/layout.ts";
import type { Reader } from "../kit/page-request.ts";
import { wayOn } from "../kit/way-on.ts";
import type { AccountForm } from "./account-form.ts";
import { accountTexts } from "./account-texts.ts";
import { deviceName, itemButton, type ListItem, renderItems, timeFact } from "./list-parts.ts";

const revokePath = "/account/sessions/revoke";
const revokeAllPath = "/account/sessions/revoke-all";

/** The form that ends one session of the user, which may be the present one. */
export function revokeSessionForm(signOut: SignOutBrowser) {
  return {
    path: revokePath,
    section: "sessions",
    expectedErrors: [],
    async submit({ ctx, form, headers, reader }) {
      const id = form["id"] ?? "";
      const { userId, sessionId } = ctx.actor;
      await revokeSession(ctx, { id, userId });
      if (id !== sessionId) return { done: "session" };
      await signOut(ctx, headers);
      return { page: signedOutPage(reader) };
    },
    render: () => "",
  } as const satisfies AccountForm;
}

/** The form that ends every session of the user, the present one too. */
export function revokeAllSessionsForm(signOut: SignOutBrowser) {
  return {
    path: revokeAllPath,
    section: "sessions",
    expectedErrors: [],
    async submit({ ctx, headers, reader }) {
      await endAllSessions(ctx, ctx.actor.userId);
      await signOut(ctx, headers);
      return { page: signedOutPage(reader) };
    },
    render: renderRevokeAll,
  } as const satisfies AccountForm;
}

/** The button that ends every session, as a form. */
export function renderRevokeAll({
  reader,
  at,
}: {
  readonly reader: Reader;
  readonly at: string;
}): string {
  const { everywhere: button } = accountTexts[reader.language].sessions;
  return renderForm({ at, to: revokeAllPath, fields: "", button, look: "danger" });
}

/** The page after the present session has ended. */
export function signedOutPage(reader: Reader): Page {
  const { signedOut: title, signedOutText } = accountTexts[reader.language].sessions;
  return { title, body: `${paragraph(signedOutText)}\n${wayOn(reader)}` };
}

/** The sessions of the user. */
export function renderSessions(
  { language }: Reader,
  at: string,
  { items, currentId }: { readonly items: readonly SessionRecord[]; readonly currentId: string },
): string {
  const { sessions: texts, lastUsed } = accountTexts[language];
  const entries = items.map((session): ListItem => {
    const { id, ipAddress, userAgent, createdAt, lastUsedAt, clientName } = session;
    // Of an application the user knows its name, and not the program and the address of its server.
    const title = clientName ?? deviceName(language, userAgent);
    return {
      title,
      badge: id === currentId ? texts.current : null,
      facts: [
        ...(ipAddress === null ? [] : [Bun.escapeHTML(`${texts.address}: ${ipAddress}`)]),
        timeFact(language, texts.began, createdAt),
        timeFact(language, lastUsed, lastUsedAt),
      ],
      actions: itemButton({ at, to: revokePath, id, button: texts.button, name: title }),
    };
  });
  return renderItems(entries);
}
