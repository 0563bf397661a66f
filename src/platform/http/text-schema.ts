import { FormatRegistry, Type } from "@sinclair/typebox";

/** The format of a text that Postgres can store and people can read back: no NUL, no lone surrogates. */
FormatRegistry.Set("storable-text", (value) => isStorableText(value));

/** Whether a text is free of NUL bytes, other control characters and lone surrogates. */
export function isStorableText(value: string): boolean {
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  return value.isWellFormed() && !/[\u0000-\u001f\u007f]/.test(value);
}

/** A text of bounded length that can be stored. */
export function textSchema(options: {
  description: string;
  maxLength: number;
  minLength?: number;
  examples?: string[];
}) {
  return Type.String({ ...options, format: "storable-text" });
}

/** A password as received: any text, bounded; what is allowed in one is decided by the policy. */
export function passwordSchema(description: string) {
  return Type.String({ description, maxLength: 4096, examples: ["SecurePassword123!"] });
}
