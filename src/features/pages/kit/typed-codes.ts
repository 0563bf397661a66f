import type { SentFactor } from "../../second-factor/index.ts";

/** Six digits, which may be typed with spaces or in full-width digits; null for anything else. */
export function typedAppCode(input: string): string | null {
  const typed = withoutSpaces(input);
  return /^[0-9]{6}$/.test(typed) ? typed : null;
}

/** A code of the app, typed in the same way, or a recovery code; null for anything else. */
export function typedFactor(input: string): SentFactor | null {
  const code = typedAppCode(input);
  if (code !== null) return { code };
  const typed = withoutSpaces(input);
  return /^[A-Za-z0-9-]{16,32}$/.test(typed) ? { recoveryCode: typed } : null;
}

function withoutSpaces(input: string): string {
  return input.normalize("NFKC").replaceAll(/\s/g, "");
}
