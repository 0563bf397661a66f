import type { Random } from "../../kernel/random.ts";

/** Finds or creates the ids of requests. */
export interface RequestIds {
  /** The request's own `X-Request-Id` where it is acceptable, else a new id. */
  of(request: Request): string;
}

const acceptableId = /^[A-Za-z0-9._-]{1,128}$/;

/** Of six hexadecimal digits. Each block is used once before one is used again. */
const blocks = 2 ** 24;
const blockLength = 256;
/** Two digits for each place in a block: a lookup takes a fraction of the time of formatting a number. */
const digitsOf = Array.from({ length: blockLength }, (_, place) =>
  place.toString(16).padStart(2, "0"),
);

/**
 * Gives each request an id: the one that it carries, of 1 to 128 characters of `A-Za-z0-9._-`, or a new one. A new id is a
 * random part drawn once in a process, the number of a block and a place in that block: drawing each id anew takes longer
 * than a token cache lookup. Ids are not secret: two ids of one block show how many requests lie between them.
 */
export function createRequestIds(random: Random): RequestIds {
  const drawn = random.token(48).slice(0, 8);
  const oddStep = random.below(blocks / 2) * 2 + 1;
  let block = random.below(blocks);
  let prefix = prefixOf(block);
  let place = random.below(blockLength);

  function prefixOf(number: number): string {
    return `${drawn}${number.toString(16).padStart(6, "0")}`;
  }

  function next(): string {
    if (place === blockLength) {
      place = 0;
      block = (block + oddStep) % blocks;
      prefix = prefixOf(block);
    }
    const id = `${prefix}${digitsOf[place]}`;
    place += 1;
    return id;
  }

  return {
    of({ headers }) {
      const received = headers.get("x-request-id");
      return received !== null && acceptableId.test(received) ? received : next();
    },
  };
}
