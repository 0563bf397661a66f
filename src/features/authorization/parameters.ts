/** The parameters of an authorization request that this server reads; all others are ignored (RFC 6749 §3.1). */
export const parameterNames = [
  "client_id",
  "redirect_uri",
  "response_type",
  "response_mode",
  "scope",
  "state",
  "nonce",
  "code_challenge",
  "code_challenge_method",
  "prompt",
  "max_age",
  "id_token_hint",
  "login_hint",
  "ui_locales",
  "acr_values",
  "resource",
  "request",
  "request_uri",
  "registration",
] as const;

/** The name of a parameter that is read. */
export type ParameterName = (typeof parameterNames)[number];

/** The parameters of an authorization request. One without a value counts as omitted (RFC 6749 §3.1). */
export interface AuthorizationParameters {
  readonly values: Readonly<Partial<Record<ParameterName, string>>>;
  /** The parameters that were sent more than once, of which none may be used (RFC 6749 §3.1). */
  readonly repeated: ReadonlySet<string>;
}

/** Reads a query. A value that is no UTF-8 in percent-encoding counts as repeated: no value can be told. */
export function readParameters(query: string): AuthorizationParameters {
  const sent = query.split("&").flatMap((part) => {
    const [name = "", ...rest] = part.split("=");
    const value = decode(rest.join("="));
    const known = parameterNames.find((each) => each === name);
    return known === undefined || value === "" ? [] : [[known, value] as const];
  });
  const names = sent.map(([name]) => name);
  const unusable = sent.flatMap(([name, value]) => (value === null ? [name] : []));
  const repeated = new Set([
    ...names.filter((name, index) => names.indexOf(name) !== index),
    ...unusable,
  ]);
  const usable = sent.filter(([name]) => !repeated.has(name));
  return { values: Object.fromEntries(usable), repeated };
}

function decode(text: string): string | null {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    return null;
  }
}
