import type { SentFactor } from "../../second-factor/index.ts";
import { typedCode } from "./code-form.ts";

/** A code of the app, which may be typed with spaces or in full-width digits, or a recovery code; null for anything else. */
export function typedFactor(input: string): SentFactor | null {
  const code = typedCode(input);
  if (code !== null) return { code };
  const typed = input.normalize("NFKC").replaceAll(/\s/g, "");
  return /^[A-Za-z0-9-]{16,32}$/.test(typed) ? { recoveryCode: typed } : null;
}
