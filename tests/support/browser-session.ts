import type { Answer } from "./http-call.ts";
import { registerVerified } from "./journey.ts";
import { askForMagicLink } from "./magic-link.ts";
import { openPage } from "./page-forms.ts";
import { pressItsButton } from "./mailed-links.ts";
import { parseSetCookie, type SetCookie } from "./refresh-cookie.ts";
import type { TestApp } from "./test-app.ts";

/** A user who is signed in in a browser: the token in its cookie. */
export interface BrowserUser {
  readonly userId: string;
  readonly email: string;
  readonly password: string;
  readonly token: string;
  readonly sessionId: string;
}

/** The browser session cookie that a response sets or deletes; null where it does neither. Throws for several. */
export function sessionCookieOf({ headers }: Pick<Answer, "headers">): SetCookie | null {
  const [header, ...others] = headers
    .getSetCookie()
    .filter((each) => /^(?:__Host-)?gatehouse_session=/.test(each));
  if (others.length > 0) throw new Error("several browser session cookies");
  return header === undefined ? null : parseSetCookie(header);
}

/** The token of the browser session that a response has opened. Throws where there is none. */
export function browserTokenOf(answer: Pick<Answer, "headers" | "status">): string {
  const token = sessionCookieOf(answer)?.value ?? "";
  if (token === "") throw new Error(`${answer.status} opens no browser session`);
  return token;
}

/** The headers of a browser that has this token in its cookie. */
export function browserHeaders(token: string, name = "gatehouse_session"): Record<string, string> {
  return { cookie: `${name}=${token}` };
}

/** Signs a user in on the page of a mailed link. */
export async function signInOnPage(
  app: TestApp,
  { email }: { readonly email: string },
  headers: Record<string, string> = {},
): Promise<Answer> {
  const earlier = app.mailer.sent.filter(
    ({ message }) => message.kind === "magic-link" && message.to.address === email,
  );
  const { link } = await askForMagicLink(app, email, earlier.length + 1);
  const page = await openPage(app, link, headers);
  const answer = await pressItsButton(app, page, headers);
  if (answer.status !== 303) throw new Error(`sign-in: ${answer.status} ${answer.text}`);
  return answer;
}

/** A new user, signed in in a browser. */
export async function signUpInBrowser(
  app: TestApp,
  headers: Record<string, string> = {},
): Promise<BrowserUser> {
  const user = await registerVerified(app);
  const token = browserTokenOf(await signInOnPage(app, user, headers));
  const [session] = await app.rows(`select id from sessions where user_id = '${user.userId}'`);
  return { ...user, token, sessionId: String(session?.["id"]) };
}

/** The status of `GET /auth/forward` with a browser's cookie. */
export async function statusInBrowser(
  app: {
    call(
      method: string,
      path: string,
      call: { headers: Record<string, string> },
    ): Promise<{ readonly status: number }>;
  },
  token: string,
): Promise<number> {
  const headers = browserHeaders(token);
  return (await app.call("GET", "/api/v1/auth/forward", { headers })).status;
}
