import { AppError } from "../../kernel/errors.ts";
import { parseFormText } from "./form-body.ts";
import { parseJsonBody } from "./json-body.ts";

/** The kinds of body that a route may take; each route takes exactly one. */
export type BodyKind = "json" | "form";

/** The media type of each kind. */
export const mediaTypes: Readonly<Record<BodyKind, string>> = {
  json: "application/json",
  form: "application/x-www-form-urlencoded",
};

/**
 * How a body becomes text. `quick` takes a twentieth of a request to a hot route less, and rejects U+FFFD as well: the runtime puts
 * it in place of bytes that are not UTF-8. It is for bodies in which that character has no use, such as a token.
 */
export type BodyDecoding = "exact" | "quick";

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** How the body of a route is read. */
export interface BodyReading {
  readonly kind: BodyKind;
  readonly decoding: BodyDecoding;
  readonly limitBytes: number;
}

/**
 * Reads a request's body as the one kind that its route takes. A body of another media type is rejected: any web page may
 * post a form to another site as a "simple request" (Fetch §2.2.2). Returns `undefined` without a body, and null for an empty
 * JSON body. Throws `UNSUPPORTED_MEDIA_TYPE`, `PAYLOAD_TOO_LARGE`, `VALIDATION_ERROR`.
 */
export function readBody(request: Request, { kind, decoding, limitBytes }: BodyReading): unknown {
  const { headers } = request;
  const length = declaredLength(headers);
  // The server discards an unread body as it arrives: the client receives the response, and no memory is used.
  if (length !== null && length > limitBytes) throw tooLarge();
  const contentType = headers.get("content-type");
  // Access to `request.body` creates a stream, which takes longer to read, so a declared length is used where there is one.
  const hasBody = length === null ? request.body !== null : length > 0;
  if (contentType === null && !hasBody) return kind === "form" ? {} : undefined;
  checkMediaType(contentType, kind);
  if (headers.has("content-encoding")) throw unsupported("The body must not be encoded.");
  if (!hasBody) return emptyBody(kind);

  if (decoding === "quick" && length !== null) {
    return request.text().then((text) => parseBody(intact(text, length), kind), rejectUnreadable);
  }
  const bytes = length === null ? readCounting(request.body ?? [], limitBytes) : request.bytes();
  return bytes.then((received) => parseBody(decode(received), kind), rejectUnreadable);
}

function parseBody(text: string, kind: BodyKind): unknown {
  if (text === "") return emptyBody(kind);
  return kind === "json" ? parseJsonBody(text) : parseFormText(text, "body");
}

/** An empty form has no fields. An empty JSON body is null: for undefined, Elysia would run its own body parser. */
function emptyBody(kind: BodyKind): unknown {
  return kind === "form" ? {} : null;
}

/** The declared length of the body, or null. The server accepts a repeated `Content-Length` if all its values are the same. */
function declaredLength(headers: Headers): number | null {
  const header = headers.get("content-length");
  if (header === null) return null;
  if (!/^\d+$/.test(header)) throw malformed("Content-Length is given twice.");
  return Number(header);
}

function checkMediaType(contentType: string | null, kind: BodyKind): void {
  if (contentType === mediaTypes[kind]) return;
  const [type, ...parameters] = (contentType ?? "")
    .split(";")
    .map((part) => part.trim().toLowerCase());
  const isUtf8 = parameters
    .filter((parameter) => parameter.startsWith("charset="))
    .every((parameter) => /^charset="?utf-?8"?$/.test(parameter));
  // A form is always UTF-8 (RFC 6749 Appendix B): its media type has no charset parameter, and one that is sent is ignored.
  if (type !== mediaTypes[kind] || (kind === "json" && !isUtf8)) {
    throw unsupported(`The body must be ${mediaTypes[kind]} in UTF-8.`);
  }
}

/** For a client that ends the connection before the body. */
function rejectUnreadable(error: unknown): never {
  if (error instanceof AppError) throw error;
  throw new AppError("VALIDATION_ERROR", "The body could not be read.", { cause: error });
}

/** The server ends a body at its declared length. A body without one is counted while it is read. */
async function readCounting(
  body: AsyncIterable<Uint8Array> | readonly Uint8Array[],
  limitBytes: number,
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.byteLength;
    if (size > limitBytes) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function decode(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch {
    throw malformed("The body is not valid UTF-8.");
  }
}

/** Throws for a text in which the runtime has replaced bytes or from which it has removed a byte order mark. */
function intact(text: string, lengthBytes: number): string {
  if (text.includes("\uFFFD") || Buffer.byteLength(text) !== lengthBytes) {
    throw malformed("The body is not valid UTF-8, or contains U+FFFD or a byte order mark.");
  }
  return text;
}

function malformed(message: string): AppError {
  return new AppError("VALIDATION_ERROR", message, {
    faults: [{ field: "body", issue: message }],
  });
}

function tooLarge(): AppError {
  return new AppError("PAYLOAD_TOO_LARGE", "The body is too large.");
}

function unsupported(message: string): AppError {
  return new AppError("UNSUPPORTED_MEDIA_TYPE", message);
}
