import type { Answer } from "./http-call.ts";
import { freshEmail, mailTo, type SignedInUser } from "./journey.ts";
import type { TestApp } from "./test-app.ts";

/** Asks for another address; with the user's own password unless another is given. */
export function askForEmail(
  app: Pick<TestApp, "post">,
  user: SignedInUser,
  newEmail: string,
  password = user.password,
): Promise<Answer> {
  const json = { new_email: newEmail, password };
  return app.post("/api/v1/auth/email/change", json, { bearer: user.accessToken });
}

/** Uses the link that was mailed to a new address. */
export function confirmEmail(app: TestApp, token: string): Promise<Answer> {
  return app.post("/api/v1/auth/email/change-confirm", { token });
}

/** Asks for a new address and gives it with the token that was mailed to it. */
export async function mailedChange(
  app: TestApp,
  user: SignedInUser,
  newEmail = freshEmail(),
): Promise<{ email: string; token: string }> {
  const asked = await askForEmail(app, user, newEmail);
  if (asked.status !== 202) throw new Error(`email/change: ${asked.status} ${asked.text}`);
  const { token } = await mailTo(app, newEmail);
  return { email: newEmail, token };
}

/** Deletes the account of this token's user. */
export function deleteAccount(app: TestApp, bearer: string, json?: unknown): Promise<Answer> {
  return app.call("DELETE", "/api/v1/users/me", {
    bearer,
    ...(json === undefined ? {} : { json }),
  });
}

/** The kinds of the mails to an address, oldest first. */
export function kindsOfMailTo(app: TestApp, email: string): string[] {
  return app.mailer.sent
    .filter(({ message }) => message.to.address === email)
    .map(({ message }) => message.kind);
}
