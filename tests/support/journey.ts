import type { Answer } from "./http-call.ts";
import type { TestApp } from "./test-app.ts";
import { eventually } from "./eventually.ts";

/** A password that the default policy accepts. */
export const goodPassword = "SecurePassword123!";

/** An address that no other test uses. */
export function freshEmail(): string {
  return `user-${Bun.randomUUIDv7()}@example.com`;
}

/** A user of a test, signed in. */
export interface SignedInUser {
  readonly userId: string;
  readonly email: string;
  readonly password: string;
  readonly accessToken: string;
  readonly refreshToken: string;
}

/** Registers and verifies a user. */
export async function registerVerified(
  app: TestApp,
  details: { password?: string; username?: string; name?: string } = {},
): Promise<{ userId: string; email: string; password: string }> {
  const email = freshEmail();
  const answer = await app.post("/api/v1/auth/register", {
    email,
    password: goodPassword,
    ...details,
  });
  if (answer.status !== 201) throw new Error(`register: ${answer.status} ${answer.text}`);
  const { token } = await mailTo(app, String(answer.json.data.email));
  const verified = await app.post("/api/v1/auth/verify-email", { token });
  if (verified.status !== 200) throw new Error(`verify: ${verified.status} ${verified.text}`);
  return {
    userId: answer.json.data.user_id,
    email: answer.json.data.email,
    password: details.password ?? goodPassword,
  };
}

/** Registers, verifies and signs in a user. */
export async function signUp(
  app: TestApp,
  details: { password?: string; username?: string; name?: string } = {},
): Promise<SignedInUser> {
  const user = await registerVerified(app, details);
  const answer = await logIn(app, user);
  if (answer.status !== 200) throw new Error(`login: ${answer.status} ${answer.text}`);
  return {
    ...user,
    accessToken: answer.json.data.access_token,
    refreshToken: answer.json.data.refresh_token,
  };
}

/** Signs in by e-mail address and password. */
export function logIn(
  app: Pick<TestApp, "call">,
  user: { email: string; password: string },
): Promise<Answer> {
  const json = { email: user.email, password: user.password };
  return app.call("POST", "/api/v1/auth/login", { json });
}

/** The newest mail to an address, once it is there (at least the `count`-th): the link's token and the code. */
export async function mailTo(
  app: TestApp,
  email: string,
  count = 1,
): Promise<{ kind: string; token: string; code: string; text: string; link: string }> {
  const mails = await eventually(
    () => app.mailer.sent.filter(({ message }) => message.to.address === email),
    (found) => found.length >= count,
  );
  const mail = mails.at(-1)?.message;
  const link = /https?:\S+\?token=(\S+)/.exec(mail?.text ?? "");
  const code = /^\d{6}$/m.exec(mail?.text ?? "");
  return {
    kind: mail?.kind ?? "",
    text: mail?.text ?? "",
    link: link?.[0] ?? "",
    token: link?.[1] ?? "",
    code: code?.[0] ?? "",
  };
}
