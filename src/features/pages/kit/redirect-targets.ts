/** Where the clients of developers are. */
const thisMachine = ["http://localhost:*", "http://127.0.0.1:*"];

/**
 * Where the forms of a page of an authorization request may end, for its policy: browsers apply `form-action` to every redirect
 * after a POST, and the client may send the user on to another of its origins. Null for a request that does not name its
 * redirect URI. The URI may be anyone's, and nothing of it but its origin or its scheme is used.
 */
export function redirectTargets(redirectUri: string | null): readonly string[] {
  const url = redirectUri === null ? null : URL.parse(redirectUri);
  if (url === null) return ["https:", ...thisMachine];
  if (url.protocol === "https:") return ["https:"];
  if (url.protocol === "http:") return ["https:", url.origin];
  return url.protocol.includes(".") ? ["https:", url.protocol] : ["https:"];
}
