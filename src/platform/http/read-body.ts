import { AppError } from "../../kernel/errors.ts";
import { parseFormBody } from "./form-body.ts";
import { parseJsonBody } from "./json-body.ts";

/** The kinds of body that a route may take; each route takes exactly one. */
export type BodyKind = "json" | "form";

const mediaTypes: Record<BodyKind, string> = {
  json: "application/json",
  form: "application/x-www-form-urlencoded",
};

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * Reads a request's body as the one kind that its route takes. A body of another media type is refused, whoever
 * sent it: a form is a "simple request" that any web page may post (Fetch §2.2.2). No body is `undefined`.
 * Throws `UNSUPPORTED_MEDIA_TYPE`, `PAYLOAD_TOO_LARGE`, `VALIDATION_ERROR`.
 */
export async function readBody(
  request: Request,
  kind: BodyKind,
  limitBytes: number,
): Promise<unknown> {
  const declaredLength = Number(request.headers.get("content-length") ?? Number.NaN);
  if (declaredLength > limitBytes) throw tooLarge();
  const contentType = request.headers.get("content-type");
  if (contentType === null && (declaredLength === 0 || request.body === null)) return undefined;
  checkMediaType(contentType, kind);
  if (request.headers.has("content-encoding")) throw unsupported("The body must not be encoded.");

  const bytes = await readBytes(request, limitBytes);
  if (bytes.byteLength === 0) return undefined;
  const text = decode(bytes);
  return kind === "json" ? parseJsonBody(text) : parseFormBody(text);
}

function checkMediaType(contentType: string | null, kind: BodyKind): void {
  const [type = "", ...parameters] = (contentType ?? "").split(";").map((part) => part.trim().toLowerCase());
  const charset = parameters.find((parameter) => parameter.startsWith("charset="));
  const isUtf8 = charset === undefined || /^charset="?utf-?8"?$/.test(charset);
  if (type !== mediaTypes[kind] || !isUtf8) {
    throw unsupported(`The body must be ${mediaTypes[kind]} in UTF-8.`);
  }
}

/** Counts while it reads: a chunked body says no length beforehand. */
async function readBytes(request: Request, limitBytes: number): Promise<Uint8Array> {
  try {
    const bytes = await request.bytes();
    if (bytes.byteLength > limitBytes) throw tooLarge();
    return bytes;
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw new AppError("VALIDATION_ERROR", "The body could not be read.", { cause: error });
  }
}

function decode(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch {
    throw new AppError("VALIDATION_ERROR", "The body is not valid UTF-8.", {
      faults: [{ field: "body", issue: "The body is not valid UTF-8." }],
    });
  }
}

function tooLarge(): AppError {
  return new AppError("PAYLOAD_TOO_LARGE", "The body is too large.");
}

function unsupported(message: string): AppError {
  return new AppError("UNSUPPORTED_MEDIA_TYPE", message);
}
