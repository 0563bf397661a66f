/** What is done with the service's own secret keys. */
export interface Secrets {
  /** Encrypts a text for storage; the result holds no trace of it. */
  seal(text: string): string;
  /** The sealed text, or null when it was altered or sealed with a key that is gone. */
  open(sealed: string): string | null;
  /** Whether the sealed text opens with the key that `seal` uses now: after a key change, what is older does not. */
  isCurrent(sealed: string): boolean;
  /** A keyed digest (HMAC-SHA-256, base64url) of a message, under the current key of the given purpose. */
  digest(purpose: string, message: string): string;
  /** The same under the current and the previous key: what may have been made before a key change. */
  digests(purpose: string, message: string): readonly string[];
}
