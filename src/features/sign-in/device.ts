import { sha256 } from "../../kernel/bytes.ts";

/** Numbers that stand alone, such as `126.0.6478.127` and `10_15_7`: those in `Win64` and `x86` are part of a name. */
const versionNumbers = /(?<![\p{L}\p{N}])\p{Nd}+(?:[._]\p{Nd}+)*/gu;

/**
 * By what a device is known again: a digest of what it says of itself (`User-Agent`), without version numbers, so that an
 * update makes no new device of it. Clients that say nothing are one device.
 */
export function deviceOf(userAgent: string | null): string {
  return sha256((userAgent ?? "").replaceAll(versionNumbers, ""));
}
