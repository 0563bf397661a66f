import type { UserActor } from "../../kernel/context.ts";

/**
 * What known tokens may take of the process's memory, in bytes: room for about 3,600 tokens of users without much of a
 * profile. A replica that serves more than that at a time reads more often.
 */
export const tokenCacheBytes = 32 * 1024 * 1024;

/** What a token takes whatever it says: objects, entries, headers, and what the garbage collector keeps free for as much. */
const bytesOfAnyToken = 6000;

/** A user is held as she was read and once or twice in the answer of each short way, where a letter may take two bytes. */
const bytesPerCharacter = 7;

/** What is kept in memory for a known token, in bytes, about: `tests/access/known-tokens-keep-to-their-memory` measures it. */
export function memoryOf(token: string, actor: UserActor): number {
  return bytesOfAnyToken + token.length + bytesPerCharacter * JSON.stringify(actor).length;
}
