import type { CachedUser } from "./cached-records.ts";

// What is resident for each record, in bytes: objects, strings, places in the indexes, and what the garbage collector keeps
// free for as much. `tests/access/the-token-cache-keeps-to-its-size` measures it.

/** What a token takes, whatever it says: it is held by its digest. */
export const bytesOfToken = 130;

/** What a session takes beside its tokens and its user. */
export const bytesOfSession = 270;

const bytesOfAnyUser = 280;
const bytesOfAnyName = 80;

/** What a user takes who has these facts, and these lists for themselves. */
export function bytesOfUser(facts: string, ownLists: readonly (readonly string[])[]): number {
  const names = ownLists.flat();
  return (
    bytesOfAnyUser +
    bytesOfText(facts) +
    names.length * bytesOfAnyName +
    bytesOfText(names.join(""))
  );
}

/** A recent token holds its text, the user as an object, and one rendered response for each hot route. */
const bytesOfAnyRecentToken = 5000;
/** The user is in each of those responses, where a character may take two bytes. */
const bytesPerCharacter = 7;

/** What a recent token takes beside what it takes as a token. */
export function bytesOfRecentToken(text: string, user: CachedUser): number {
  return bytesOfAnyRecentToken + text.length + bytesPerCharacter * user.characters;
}

/** One character beyond Latin-1 makes two bytes of every character of a string. */
function bytesOfText(text: string): number {
  return /[\u0100-\uffff]/.test(text) ? 2 * text.length : text.length;
}
