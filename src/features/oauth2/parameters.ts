import { OAuthError } from "../../kernel/oauth-error.ts";

const longestParameter = 8192;

/** A required parameter of a request. Throws `invalid_request`. */
export function required<Name extends string>(
  request: { readonly [name in Name]?: string },
  name: Name,
): string {
  const value = request[name];
  if (value === undefined) throw new OAuthError("invalid_request", `${name} is missing.`);
  return value;
}

/** The same, limited to a length that no valid value exceeds. */
export function requiredWithinBounds<Name extends string>(
  request: { readonly [name in Name]?: string },
  name: Name,
): string {
  const value = required(request, name);
  if (value.length > longestParameter) {
    throw new OAuthError("invalid_request", `${name} is too long.`);
  }
  return value;
}
