import type { Static, TSchema } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";

import { AppError } from "../../../kernel/errors.ts";

/**
 * The credential of a posted form, of the form that `schema` describes: JSON text in the field `credential`. Throws
 * `VALIDATION_ERROR`, also for an empty field, which the script posts when it got no options.
 */
export function readCredential<Schema extends TSchema>(
  schema: Schema,
  form: Readonly<Record<string, string>>,
): Static<Schema> {
  const credential = parse(form["credential"] ?? "");
  if (Value.Check(schema, credential)) return credential;
  throw new AppError("VALIDATION_ERROR", "The passkey is not valid.", {
    faults: [{ field: "credential", issue: "Does not have the right form." }],
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
