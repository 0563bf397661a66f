import { FormatRegistry, Type } from "@sinclair/typebox";

/** The format of a text that Postgres can store and people can read back as it was written. */
FormatRegistry.Set("storable-text", (value) => isStorableText(value));

/** The same for a text of several lines: line breaks and tabs are meant. */
FormatRegistry.Set("storable-lines", (value) => isStorableText(value.replace(/[\t\n\r]/g, " ")));

/** Whether a text is free of NUL bytes and other control characters, lone surrogates, and marks that turn text around. */
export function isStorableText(value: string): boolean {
  return value.isWellFormed() && !/[\p{Cc}\u202a-\u202e\u2066-\u2069]/u.test(value);
}

/** What a route says of a text that it takes. */
interface TextOptions {
  readonly description: string;
  readonly maxLength: number;
  readonly minLength?: number;
  readonly examples?: string[];
}

/** A text of bounded length that can be stored. */
export function textSchema(options: TextOptions) {
  return Type.String({ ...options, format: "storable-text" });
}

/** The same, of several lines. */
export function linesSchema(options: TextOptions) {
  return Type.String({ ...options, format: "storable-lines" });
}

/** A password as received: any text, bounded; what is allowed in one is decided by the policy. */
export function passwordSchema(description: string) {
  return Type.String({ description, maxLength: 4096, examples: ["SecurePassword123!"] });
}
