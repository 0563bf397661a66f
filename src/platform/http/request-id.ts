import type { Random } from "../../kernel/random.ts";
import type { ResponseHeaders } from "./response-headers.ts";

/** Gives requests their ids. */
export interface RequestIds {
  /** The id that the answer's headers hold from then on. */
  of(request: Request, answer: ResponseHeaders): string;
  /** The same for whoever writes the answer and asks last: nothing is kept. */
  finally(request: Request, answer: Readonly<ResponseHeaders>): string;
}

const acceptableId = /^[A-Za-z0-9._-]{1,128}$/;

/** Of five digits. Each comes once before one comes again. */
const blocks = 2 ** 20;
const blockLength = 4096;
/** Three digits for each place in a block: looked up several times faster than a number is written. */
const digitsOf = Array.from({ length: blockLength }, (_, place) =>
  place.toString(16).padStart(3, "0"),
);

/**
 * Gives each request an id: the one it came with, if that is harmless (`X-Request-Id`), or a new one. A new one is what this
 * process drew once, a block's number and a place in that block, both beginning anywhere: drawing each anew takes longer
 * than judging a token. It is no secret: two of a block tell how many lie between them.
 */
export function createRequestIds(random: Random): RequestIds {
  const drawn = random.token(48).slice(0, 8);
  const oddStep = random.below(blocks / 2) * 2 + 1;
  let block = random.below(blocks);
  let beginning = beginningOf(block);
  let place = random.below(blockLength);

  function beginningOf(number: number): string {
    return `${drawn}${number.toString(16).padStart(5, "0")}`;
  }

  function next(): string {
    if (place === blockLength) {
      place = 0;
      block = (block + oddStep) % blocks;
      beginning = beginningOf(block);
    }
    const id = `${beginning}${digitsOf[place]}`;
    place += 1;
    return id;
  }

  function last(request: Request, answer: Readonly<ResponseHeaders>): string {
    const kept = answer["x-request-id"];
    if (kept !== undefined) return String(kept);
    const received = request.headers.get("x-request-id");
    return received !== null && acceptableId.test(received) ? received : next();
  }

  return {
    of(request, answer) {
      const id = last(request, answer);
      answer["x-request-id"] = id;
      return id;
    },
    finally: last,
  };
}
