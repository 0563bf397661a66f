import { FormatRegistry, Type } from "@sinclair/typebox";

/** A string that Postgres can store and that is displayed as it was written. */
FormatRegistry.Set("storable-text", (value) => isStorableText(value));

/** The same for text of several lines: line breaks and tabs are allowed. */
FormatRegistry.Set("storable-lines", (value) => isStorableText(value.replace(/[\t\n\r]/g, " ")));

/** The form of an id. A string that cannot be an id is accepted here, and is then not found, like an unknown id. */
FormatRegistry.Set("record-id", (value) => isStorableText(value));

/** Whether a string is free of NUL and other control characters, lone surrogates, and bidirectional control characters. */
export function isStorableText(value: string): boolean {
  return value.isWellFormed() && !/[\p{Cc}\u202a-\u202e\u2066-\u2069]/u.test(value);
}

/** The limits and the description of a string. */
interface TextOptions {
  readonly description: string;
  readonly maxLength: number;
  readonly minLength?: number;
  readonly examples?: string[];
}

/** A string of bounded length that can be stored. */
export function textSchema(options: TextOptions) {
  return Type.String({ ...options, format: "storable-text" });
}

/** The same, of several lines. */
export function linesSchema(options: TextOptions) {
  return Type.String({ ...options, format: "storable-lines" });
}

/** An id in a path. Documented as a UUID; any other short string is not found, like an unknown id. */
export function idSchema(description: string) {
  return Type.String({
    description,
    minLength: 1,
    maxLength: 64,
    format: "record-id",
    examples: ["018f3e5c-7b1a-7c3d-9e4f-5a6b7c8d9e0f"],
  });
}

/** A password as received: any string of bounded length; the password policy decides on it. */
export function passwordSchema(description: string, example = "SecurePassword123!") {
  return Type.String({ description, maxLength: 4096, examples: [example] });
}
