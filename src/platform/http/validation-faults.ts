import type { TSchema } from "@sinclair/typebox";
import type { TypeCheck } from "@sinclair/typebox/compiler";
import { type ValueError, ValueErrorType } from "@sinclair/typebox/errors";

import type { FieldFault } from "../../kernel/errors.ts";

const maximumFaults = 20;

/** What is wrong with a received value, field by field, in words of ours: TypeBox's own may hold parts of the value. */
export function describeFaults(
  where: string,
  schema: TypeCheck<TSchema>,
  value: unknown,
): FieldFault[] {
  const faults = new Map<string, FieldFault>();
  for (const error of schema.Errors(value)) {
    const field = fieldName(where, error.path);
    if (!faults.has(field)) faults.set(field, { field, issue: issueOf(error) });
    if (faults.size === maximumFaults) break;
  }
  return faults.size > 0 ? [...faults.values()] : [{ field: where, issue: "Is not valid." }];
}

/** The path of a field, `profile.name`; a name that a caller made up at length is not repeated. */
function fieldName(where: string, path: string): string {
  const name = path.replace(/^\//, "").replaceAll("/", ".");
  return /^[A-Za-z_][\w.-]{0,63}$/.test(name) ? name : where;
}

function issueOf({ type, schema, value, errors }: ValueError): string {
  switch (type) {
    case ValueErrorType.Union: {
      // Such as a text or null: what is wrong with the value as the first of them.
      const first = errors[0]?.First();
      return first ? issueOf(first) : "Is not valid.";
    }
    case ValueErrorType.Literal:
      return isTextMissing(schema, value) ? "Must be a text." : "Is not one of the known values.";
    case ValueErrorType.ObjectRequiredProperty:
      return "Is required.";
    case ValueErrorType.ObjectAdditionalProperties:
      return "Is not a known field.";
    case ValueErrorType.Object:
      return "Must be an object.";
    case ValueErrorType.String:
      return "Must be a text.";
    case ValueErrorType.StringMinLength:
      return schema["minLength"] === 1
        ? "Must not be empty."
        : `Must have at least ${String(schema["minLength"])} characters.`;
    case ValueErrorType.StringMaxLength:
      return `Must have at most ${String(schema["maxLength"])} characters.`;
    case ValueErrorType.StringFormat:
    case ValueErrorType.StringPattern:
      return "Does not have the right form.";
    default:
      return "Is not valid.";
  }
}

/** Of a text that is one of several. */
function isTextMissing(literal: TSchema, value: unknown): boolean {
  return typeof literal["const"] === "string" && typeof value !== "string";
}
