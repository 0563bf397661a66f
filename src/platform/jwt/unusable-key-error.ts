/** A stored signing key cannot be used. Nothing takes its place by itself: its tokens would silently become invalid. */
export class UnusableKeyError extends Error {
  constructor(keyId: string, reason: string) {
    super(
      `The signing key ${keyId} cannot be used: ${reason} If it is lost for good, remove it (delete from signing_keys where id = '${keyId}'): a new one is made, and tokens that it signed are refused.`,
    );
    this.name = "UnusableKeyError";
  }
}
