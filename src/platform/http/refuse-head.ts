import { AppError } from "../../kernel/errors.ts";

/**
 * RFC 9110 §9.2.1: HEAD is sent by programs that look at a link. Refuses it for a GET that a protocol requires to do more than
 * that. Throws `METHOD_NOT_ALLOWED`.
 */
export function refuseHead({ method }: Request): void {
  if (method !== "HEAD") return;
  throw new AppError("METHOD_NOT_ALLOWED", "This path does not support this method.");
}
