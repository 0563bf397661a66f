import { type TArray, type TString, Type } from "@sinclair/typebox";

import { isHostName, isLocalHost } from "./address-kinds.ts";
import { splitList } from "./kinds.ts";
import type { Kind } from "./setting.ts";

/** Redirect URIs, which are compared as text. */
export const redirectUris: Kind<TArray<TString>, ""> = {
  schema: Type.Array(Type.String({ maxLength: 1024 }), { uniqueItems: true }),
  suffix: "",
  expected:
    "exact URIs, comma separated: https, http on localhost, 127.0.0.1 or [::1], or a scheme of an app with a dot in it such as com.example.app:/path; as browsers write them, without user, fragment, wildcard or encoded line break",
  read(given) {
    const uris = splitList(given);
    return uris.every(isRedirectUri) ? uris : undefined;
  },
  show: (list) => list.join(","),
};

/** Whether text is a redirect URI as browsers write it: https, http on this machine, or the scheme of an app (RFC 8252 §7). */
export function isRedirectUri(uri: string): boolean {
  const hasPlainCharacters = /^[!-~]+$/.test(uri) && !/[\\#@*<>"]|%0[0ad]/i.test(uri);
  const url = hasPlainCharacters ? URL.parse(uri) : null;
  // The `URL` class accepts more than it writes, such as `https:host`; a path of `/` may be left out.
  if (url === null || (url.href !== uri && url.href !== `${uri}/`)) return false;
  if (url.protocol === "https:") return isHost(url.hostname);
  if (url.protocol === "http:") return isLocalHost(url.hostname);
  return isPrivateUseScheme(url.protocol);
}

function isHost(hostName: string): boolean {
  return isHostName(hostName) || hostName.startsWith("[");
}

/** A scheme with a dot, which no registered scheme with another meaning has, such as `javascript:` (RFC 8252 §7.1). */
function isPrivateUseScheme(protocol: string): boolean {
  return /^[a-z][a-z0-9+-]*(?:\.[a-z0-9+-]+)+:$/.test(protocol);
}
