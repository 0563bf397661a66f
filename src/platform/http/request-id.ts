import type { Random } from "../../kernel/random.ts";
import type { AnswerHeaders } from "./answer-headers.ts";

/** Gives requests their ids. */
export interface RequestIds {
  /** The id that the answer's headers hold from then on. */
  of(request: Request, answer: AnswerHeaders): string;
  /** The same for whoever writes the answer and asks last: nothing is kept. */
  finally(request: Request, answer: AnswerHeaders): string;
}

const acceptableId = /^[A-Za-z0-9._-]{1,128}$/;

/** Two digits for each byte: looked up several times faster than a number is written. */
const hexOf = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

/**
 * Gives each request an id: the one it came with, if that is harmless (`X-Request-Id`), or a new one. A new one is what this
 * process drew once, and a number which does not tell how many there were: drawing each anew takes longer than judging a token.
 */
export function createRequestIds(random: Random): RequestIds {
  const drawn = random.token(48).slice(0, 8);
  const oddStep = random.below(2 ** 31) * 2 + 1;
  let number = random.below(2 ** 32);

  function next(): string {
    number = (number + oddStep) >>> 0;
    const lower = `${hexOf[number & 255]}${hexOf[(number >>> 8) & 255]}`;
    return `${drawn}${lower}${hexOf[(number >>> 16) & 255]}${hexOf[number >>> 24]}`;
  }

  function last(request: Request, answer: AnswerHeaders): string {
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
