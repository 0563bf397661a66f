import type { CachedSession, CachedToken, CachedUser } from "./cached-records.ts";

// The resident memory of each record, in bytes: objects, strings, places in the indexes, and the free memory that the garbage
// collector keeps in proportion. `tests/access/the-token-cache-keeps-to-its-size` measures it.

const bytesOfAnyToken = 130;
const bytesOfAnySession = 270;
const bytesOfGrant = 200;
const bytesOfClient = 120;

/** The memory of a token of any length: its digest is stored, not its text. */
export function bytesOfToken({ grant }: Pick<CachedToken, "grant">): number {
  return grant === null
    ? bytesOfAnyToken
    : bytesOfAnyToken + bytesOfGrant + 40 * grant.scopes.length;
}

/** The memory of a session without its tokens and its user. */
export function bytesOfSession({ client }: Pick<CachedSession, "client">): number {
  return client === null ? bytesOfAnySession : bytesOfAnySession + bytesOfClient;
}

const bytesOfAnyUser = 280;
const bytesOfAnyName = 80;

/** The memory of a user with these facts and with these lists, which no other user shares. */
export function bytesOfUser(facts: string, ownLists: readonly (readonly string[])[]): number {
  const names = ownLists.flat();
  return (
    bytesOfAnyUser +
    bytesOfText(facts) +
    names.length * bytesOfAnyName +
    bytesOfText(names.join(""))
  );
}

/** A recent token stores its text, the user as an object, and one rendered response for each hot route. */
const bytesOfAnyRecentToken = 5000;
/** The user's data is in each of those responses, where a character may take two bytes. */
const bytesPerCharacter = 7;

/** The memory of a recent token in addition to `bytesOfToken`. */
export function bytesOfRecentToken(text: string, user: CachedUser): number {
  return bytesOfAnyRecentToken + text.length + bytesPerCharacter * user.characters;
}

/** One character beyond Latin-1 makes two bytes of every character of a string. */
function bytesOfText(text: string): number {
  return /[\u0100-\uffff]/.test(text) ? 2 * text.length : text.length;
}
