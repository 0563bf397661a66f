import type { Answer, Call } from "./http-call.ts";
import { logIn, type SignedInUser, signUp } from "./journey.ts";
import { mailOfKind } from "./mail-of-kind.ts";
import type { TestApp } from "./test-app.ts";

/** Another password that the default policy accepts. */
export const newPassword = "Another-Passphrase-9!";

/** A user with a second session, `elsewhere`, and another user, whom the password of the first does not concern. */
export async function signUpTwice(app: TestApp): Promise<{
  user: SignedInUser;
  elsewhere: Pick<SignedInUser, "accessToken" | "refreshToken">;
  stranger: SignedInUser;
}> {
  const user = await signUp(app);
  const { data } = (await logIn(app, user)).json;
  const elsewhere = { accessToken: data.access_token, refreshToken: data.refresh_token };
  return { user, elsewhere, stranger: await signUp(app) };
}

/** Asks for a reset, and gives the token of the mail: of the `count`-th to this address. */
export async function askForReset(app: TestApp, email: string, count = 1): Promise<string> {
  const asked = await app.post("/api/v1/auth/password/reset", { email });
  if (asked.status !== 202) throw new Error(`reset: ${asked.status} ${asked.text}`);
  return (await mailOfKind(app, "reset-password", email, count)).token;
}

/** Sets a new password by a mailed token. */
export function confirmReset(
  app: TestApp,
  token: string,
  password = newPassword,
  call: Call = {},
): Promise<Answer> {
  return app.post("/api/v1/auth/password/reset-confirm", { token, password }, call);
}

/** Changes the password of the access token's user. */
export function changePassword(
  app: TestApp,
  user: { accessToken: string; password: string },
  password = newPassword,
): Promise<Answer> {
  return app.post(
    "/api/v1/auth/password/change",
    { current_password: user.password, new_password: password },
    { bearer: user.accessToken },
  );
}

/** Status and error code of a response; the code is null for a success. */
export function outcomeOf({ status, json }: Answer): [number, string | null] {
  return [status, json.error?.code ?? null];
}
