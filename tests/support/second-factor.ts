import { createHmac } from "node:crypto";
import { afterEach, beforeEach, setSystemTime } from "bun:test";

import { type BrowserUser, signUpInBrowser } from "./browser-session.ts";
import type { Answer, Call } from "./http-call.ts";
import { logIn, type SignedInUser, signUp } from "./journey.ts";
import type { TestApp } from "./test-app.ts";

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** HOTP (RFC 4226 §5.3) and TOTP (RFC 6238 §4.2), written from the RFCs: the product has them from a library. */
export function totpCode(key: Buffer, time: Date, digits = 6): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(time.getTime() / 30_000)));
  const mac = createHmac("sha1", key).update(counter).digest();
  const offset = (mac.at(-1) ?? 0) & 15;
  const number = mac.readUInt32BE(offset) & 0x7fffffff;
  return String(number % 10 ** digits).padStart(digits, "0");
}

/** The bytes of a string in base32 (RFC 4648 §6). */
export function fromBase32(text: string): Buffer {
  const bits = [...text]
    .map((each) => alphabet.indexOf(each).toString(2).padStart(5, "0"))
    .join("");
  const bytes = bits.match(/.{8}/g) ?? [];
  return Buffer.from(bytes.map((each) => Number.parseInt(each, 2)));
}

/** Stops the clock in the middle of a time step, for every test of the file: no code changes between its making and its use. */
export function useFrozenStep(): void {
  beforeEach(() => {
    setSystemTime(new Date(Math.floor(Date.now() / 30_000) * 30_000 + 15_000));
  });
  afterEach(() => {
    setSystemTime();
  });
}

/** An authenticator app. */
export interface AuthenticatorApp {
  readonly secret: string;
  /** The code that it shows now, or so many seconds later or earlier. */
  code(seconds?: number): string;
}

/** An authenticator app with this secret. */
export function authenticatorApp(secret: string): AuthenticatorApp {
  return {
    secret,
    code: (seconds = 0) => totpCode(fromBase32(secret), new Date(Date.now() + seconds * 1000)),
  };
}

/** A user whose second factor is on. */
export interface TwoFactorUser extends SignedInUser {
  readonly authenticator: AuthenticatorApp;
  readonly recoveryCodes: readonly string[];
}

/** Calls an operation of the second factor. */
export function call2fa(
  app: Pick<TestApp, "call">,
  name: string,
  json: unknown,
  call: Call = {},
): Promise<Answer> {
  return app.call("POST", `/api/v1/auth/2fa/${name}`, { ...call, json });
}

/**
 * Turns the second factor of a user on, with the code of the step before: the present one is left for the test. Where the clock
 * is not stopped, the next step may begin before the code is verified.
 */
export async function turnOn(
  app: Pick<TestApp, "call">,
  user: SignedInUser,
): Promise<TwoFactorUser> {
  const bearer = user.accessToken;
  const begun = await call2fa(app, "setup", { password: user.password }, { bearer });
  if (begun.status !== 200) throw new Error(`setup: ${begun.status} ${begun.text}`);
  const authenticator = authenticatorApp(begun.json.data.secret);
  const enable = () => call2fa(app, "enable", { code: authenticator.code(-30) }, { bearer });
  const first = await enable();
  const enabled = first.status === 401 ? await enable() : first;
  if (enabled.status !== 200) throw new Error(`enable: ${enabled.status} ${enabled.text}`);
  return { ...user, authenticator, recoveryCodes: enabled.json.data.recovery_codes };
}

/** A signed-in user whose second factor is on. */
export async function signUpWithFactor(app: TestApp): Promise<TwoFactorUser> {
  return turnOn(app, await signUp(app));
}

/** A user with a second factor, in a browser that they trust: its session has one factor. */
export async function signUpInTrustedBrowser(
  app: TestApp,
): Promise<{ readonly inBrowser: BrowserUser; readonly user: TwoFactorUser }> {
  const inBrowser = await signUpInBrowser(app);
  const { data } = (await logIn(app, inBrowser)).json;
  const { email, password, userId } = inBrowser;
  const user = await turnOn(app, {
    userId,
    accessToken: data.access_token,
    refreshToken: data.refresh_token,
    email,
    password,
  });
  await app.rows(
    `update sessions set ended_at = null, end_reason = null, credentials_version = (select credentials_version from users where id = user_id)
     where user_id = '${userId}' and browser_token_hash is not null`,
  );
  return { inBrowser, user };
}

/** The `mfa_token` of a sign-in with the password. */
export async function mfaTokenOf(
  app: Pick<TestApp, "call">,
  user: { readonly email: string; readonly password: string },
): Promise<string> {
  const answer = await logIn(app, user);
  if (answer.status !== 403) throw new Error(`login: ${answer.status} ${answer.text}`);
  return answer.json.error.details.mfa_token;
}

/** The same device again: the cookies that a response set, as a browser sends them. */
export function cookiesOf({ headers }: Answer): string {
  return headers
    .getSetCookie()
    .map((each) => each.split(";")[0])
    .join("; ");
}
