import type { components } from "./schema.ts";

type ErrorBody = components["schemas"]["ApiErrorBody"];

/** An error response. Compare `code`; `message` is for people. */
export class GatehouseError extends Error {
  override readonly name = "GatehouseError";
  readonly status: number;
  /** Such as `INVALID_CREDENTIALS`, or the `error` of RFC 6749 §5.2. */
  readonly code: string;
  /** The faults of fields, and what `MFA_REQUIRED` needs. */
  readonly details: NonNullable<ErrorBody["details"]>;
  /** Names the request in the log of the server. */
  readonly requestId: string | null;
  /** Seconds to wait before the next attempt, with 429 and 503. */
  readonly retryAfterSeconds: number | null;

  constructor(response: Response, body: unknown) {
    const { code, message, details } = errorOf(body);
    super(message ?? `The server responded with ${response.status}.`);
    this.status = response.status;
    this.code = code ?? "UNKNOWN";
    this.details = details ?? {};
    this.requestId = response.headers.get("x-request-id");
    const retryAfter = response.headers.get("retry-after");
    this.retryAfterSeconds = retryAfter === null ? null : Number(retryAfter);
  }
}

/** The error of a body: in the envelope of `/api/v1`, or of RFC 6749 §5.2. */
export function errorOf(body: unknown): Partial<ErrorBody> {
  if (typeof body !== "object" || body === null || !("error" in body)) return {};
  const { error } = body;
  if (typeof error !== "string") return { ...(error as Partial<ErrorBody>) };
  const message = "error_description" in body ? String(body.error_description) : error;
  return { code: error, message };
}

/** The `data` of a response of the typed calls. Throws `GatehouseError` for an error response. */
export async function unwrap<Body extends { readonly data: unknown }>(
  call: Promise<{ data?: Body; error?: unknown; response: Response }>,
): Promise<Body["data"]> {
  const { data, error, response } = await call;
  if (!response.ok || data === undefined) throw new GatehouseError(response, error);
  return data.data;
}
