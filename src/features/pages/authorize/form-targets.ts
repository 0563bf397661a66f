/**
 * Where the forms of a page of an authorization request may end, for its policy: browsers apply `form-action` to every redirect
 * after a POST, and the client may send the user on to another of its origins.
 */
export function formTargetsOf(redirectUri: string): readonly string[] {
  const { protocol, origin } = new URL(redirectUri);
  if (protocol === "https:") return ["https:"];
  return protocol === "http:" ? ["https:", origin] : ["https:", protocol];
}
