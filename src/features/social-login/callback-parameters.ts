import { isStorableText } from "../../platform/http/text-schema.ts";
import { providerUnavailable, Refusal, startAgain } from "./errors.ts";

const maximumLength = 4096;

/** What a provider sends to the callback (RFC 6749 §4.1.2, RFC 9207 §2). */
export interface ProviderResponse {
  readonly state: string;
  readonly code: string | null;
  readonly error: string | null;
  readonly issuer: string | null;
  /** All parameters, by name. */
  readonly parameters: ReadonlyMap<string, string>;
}

/** Reads the parameters. Throws for one that was sent twice, is too long, or holds what no valid value holds. */
export function readResponse(read: () => Readonly<Record<string, string>>): ProviderResponse {
  const parameters = new Map(Object.entries(readOnce(read)));
  for (const value of parameters.values()) {
    if (value.length > maximumLength || value.includes("\0")) throw startAgain("parameter_invalid");
  }
  const find = (name: string): string | null => {
    const value = parameters.get(name) ?? null;
    if (value !== null && !isStorableText(value)) throw startAgain("parameter_invalid");
    return value;
  };
  const state = find("state");
  if (state === null) throw startAgain("state_missing");
  return { state, code: find("code"), error: find("error"), issuer: find("iss"), parameters };
}

/** RFC 6749 §3.1: a parameter that is sent twice is an error. */
function readOnce(read: () => Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  try {
    return read();
  } catch (error) {
    throw startAgain("parameter_invalid", error);
  }
}

/** The errors of users who cancel: RFC 6749 §4.1.2.1, and Apple's own. */
const cancelled = new Set(["access_denied", "user_cancelled_authorize"]);
const temporary = new Set(["server_error", "temporarily_unavailable"]);

/** RFC 6749 §4.1.2.1: throws for a response that is an error. */
export function assertNoError({ error }: ProviderResponse): void {
  if (error === null) return;
  if (cancelled.has(error)) {
    const message = "The sign-in was cancelled at the provider.";
    throw new Refusal("FORBIDDEN", message, "cancelled");
  }
  if (temporary.has(error)) throw providerUnavailable("provider_error");
  throw startAgain("provider_error");
}

/** RFC 6749 §4.1.2: the code of a response that is no error. */
export function getCode({ code }: ProviderResponse): string {
  if (code === null) throw startAgain("code_missing");
  return code;
}
