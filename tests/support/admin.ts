import { createAdmin } from "../../src/features/user-administration/index.ts";
import { freshEmail, goodPassword, logIn, type SignedInUser } from "./journey.ts";
import { operatorOf } from "./operator.ts";
import type { TestApp } from "./test-app.ts";

/** Makes an account with the role `admin` and signs it in. */
export async function signInAdmin(app: TestApp): Promise<SignedInUser> {
  const email = freshEmail();
  const password = goodPassword;
  const { userId } = await createAdmin(operatorOf(app), { email, username: null, password });
  const answer = await logIn(app, { email, password });
  if (answer.status !== 200) throw new Error(`login: ${answer.status} ${answer.text}`);
  const { access_token, refresh_token } = answer.json.data;
  return { userId, email, password, accessToken: access_token, refreshToken: refresh_token };
}
