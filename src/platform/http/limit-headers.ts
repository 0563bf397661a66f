import type { AppError } from "../../kernel/errors.ts";
import type { ResponseHeaders } from "./exchange.ts";

/**
 * When a request may be sent again, and the limit that it exceeded, if there is one (draft-ietf-httpapi-ratelimit-headers, in the
 * widely used form of its version 03).
 */
export function retryHeaders({ detail }: AppError): ResponseHeaders {
  const { retryAfterSeconds, limit } = detail;
  if (retryAfterSeconds === undefined) return {};
  return {
    "retry-after": retryAfterSeconds,
    ...(limit
      ? {
          "ratelimit-limit": limit.points,
          "ratelimit-remaining": 0,
          "ratelimit-reset": retryAfterSeconds,
          "ratelimit-policy": `${limit.points};w=${limit.windowSeconds}`,
        }
      : {}),
  };
}
