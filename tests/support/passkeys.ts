import { type Deviation, SoftwarePasskey } from "./authenticator.ts";
import type { Answer } from "./http-call.ts";
import type { TestApp } from "./test-app.ts";

const registration = "/api/v1/auth/passkeys/register";
const signIn = "/api/v1/auth/passkeys/login";

/** The path of the signed-in user's passkeys. */
export const ownPasskeys = "/api/v1/users/me/passkeys";

/** A passkey for the relying party of the test settings, which is not registered yet. */
export function newPasskey(algorithm: "ES256" | "EdDSA" = "ES256"): SoftwarePasskey {
  return new SoftwarePasskey({ id: "localhost", origin: "http://localhost:8000" }, algorithm);
}

/** Requests the options of a registration. */
export function askToRegister(app: TestApp, bearer: string): Promise<Answer> {
  return app.call("POST", `${registration}/options`, { bearer });
}

/** Sends a new credential. */
export function sendRegistration(app: TestApp, bearer: string, json: unknown): Promise<Answer> {
  return app.post(`${registration}/verify`, json, { bearer });
}

/** A whole registration. */
export async function register(
  app: TestApp,
  bearer: string,
  passkey: SoftwarePasskey,
  deviation: Deviation & { readonly name?: string } = {},
): Promise<Answer> {
  const options = await askToRegister(app, bearer);
  if (options.status !== 200) return options;
  const { name } = deviation;
  const credential = passkey.create(options.json.data, deviation);
  return sendRegistration(app, bearer, { ...credential, ...(name === undefined ? {} : { name }) });
}

/** A passkey that is registered for the user of this token, and its id in the API. */
export async function addPasskey(
  app: TestApp,
  bearer: string,
  algorithm: "ES256" | "EdDSA" = "ES256",
): Promise<{ passkey: SoftwarePasskey; id: string }> {
  const passkey = newPasskey(algorithm);
  const answer = await register(app, bearer, passkey);
  if (answer.status !== 201) throw new Error(`passkey: ${answer.status} ${answer.text}`);
  return { passkey, id: answer.json.data.passkey.id };
}

/** The options of a sign-in. */
export async function askToSignIn(
  app: TestApp,
): Promise<{ challenge_id: string; challenge: string }> {
  const answer = await app.call("POST", `${signIn}/options`);
  if (answer.status !== 200) throw new Error(`options: ${answer.status} ${answer.text}`);
  return answer.json.data;
}

/** Sends an assertion. */
export function sendAssertion(app: TestApp, json: unknown): Promise<Answer> {
  return app.post(`${signIn}/verify`, json);
}

/** A whole sign-in with a passkey. */
export async function signInWithPasskey(
  app: TestApp,
  passkey: SoftwarePasskey,
  deviation: Deviation & { readonly challengeId?: string } = {},
): Promise<Answer> {
  const options = await askToSignIn(app);
  const challenge_id = deviation.challengeId ?? options.challenge_id;
  return sendAssertion(app, { challenge_id, ...passkey.get(options, deviation) });
}
