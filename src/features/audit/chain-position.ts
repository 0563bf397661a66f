/** A place in the chain: a row's sequence, and the hash that seals it. */
export interface ChainPosition {
  readonly sequence: number;
  readonly hash: string;
}

/** A place as one word, `1234:<hash>`, in which it can be written down. */
export function formatChainPosition({ sequence, hash }: ChainPosition): string {
  return `${sequence}:${hash}`;
}

/** The place of such a word, or null. */
export function parseChainPosition(text: string): ChainPosition | null {
  const [, sequence, hash] = /^([1-9]\d{0,14}):([\w-]{43})$/.exec(text) ?? [];
  return sequence === undefined || hash === undefined ? null : { sequence: Number(sequence), hash };
}
