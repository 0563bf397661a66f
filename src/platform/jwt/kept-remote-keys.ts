import type { Clock } from "../../kernel/clock.ts";
import type { HttpClient } from "../http-client/port.ts";
import { createRemoteKeys, type RemoteKeys } from "./remote-keys.ts";

/** The key sets that a process keeps. Beyond it the one that was added first is loaded again at its next use. */
const maximumKeySets = 1000;

const keptOf = new WeakMap<HttpClient, Map<string, RemoteKeys>>();

/** The keys at a public URL, kept in this process for as long as its HTTP client is. */
export function keptRemoteKeys(
  url: string,
  { httpClient, clock }: { readonly httpClient: HttpClient; readonly clock: Clock },
): RemoteKeys {
  const kept = keptOf.get(httpClient) ?? new Map<string, RemoteKeys>();
  keptOf.set(httpClient, kept);
  const known = kept.get(url);
  if (known) return known;
  const keys = createRemoteKeys({ url, mayBePrivate: false }, { httpClient, clock });
  for (const first of kept.keys()) {
    if (kept.size < maximumKeySets) break;
    kept.delete(first);
  }
  kept.set(url, keys);
  return keys;
}
