/** Encryption and keyed digests under the service's own secret keys. */
export interface Secrets {
  /** Encrypts a string for storage. */
  seal(text: string): string;
  /** The decrypted string, or null when the sealed one was altered or sealed with a key that is not known. */
  open(sealed: string): string | null;
  /** Whether the string was sealed with the key that `seal` uses now. It is false for strings sealed before a key change. */
  isCurrent(sealed: string): boolean;
  /** The keyed digest (HMAC-SHA-256, base64url) of a message under the current key of this purpose. */
  digest(purpose: string, message: string): string;
  /** The digests under the current and the previous keys, for comparison with digests made before a key change. */
  digests(purpose: string, message: string): readonly string[];
}
