import type { TSchema } from "@sinclair/typebox";
import type { TypeCheck } from "@sinclair/typebox/compiler";
import { type ValueError, ValueErrorType } from "@sinclair/typebox/errors";

import type { FieldFault } from "../../kernel/errors.ts";

const maximumFaults = 20;

/** The faults of a received value, field by field. TypeBox's own messages are not used: they may contain parts of the value. */
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
  return faults.size > 0 ? [...faults.values()] : [{ field: where, issue: "Is invalid." }];
}

/** The path of a field, such as `profile.name`. A client's own name is not repeated if it is long or has unusual characters. */
function fieldName(where: string, path: string): string {
  const name = path.replace(/^\//, "").replaceAll("/", ".");
  return /^[A-Za-z_][\w.-]{0,63}$/.test(name) ? name : where;
}

function issueOf({ type, schema, value, errors }: ValueError): string {
  switch (type) {
    case ValueErrorType.Union: {
      // A union such as a string or null: the fault is that of the union's first member.
      const first = errors[0]?.First();
      return first ? issueOf(first) : "Is invalid.";
    }
    case ValueErrorType.Literal:
      return isNoString(schema, value) ? "Must be a string." : "Must be one of the allowed values.";
    case ValueErrorType.ObjectRequiredProperty:
      return "Is required.";
    case ValueErrorType.ObjectAdditionalProperties:
      return "Is not a known field.";
    case ValueErrorType.Object:
      return "Must be an object.";
    case ValueErrorType.String:
      return "Must be a string.";
    case ValueErrorType.StringMinLength:
      return schema["minLength"] === 1
        ? "Must not be empty."
        : `Must have at least ${String(schema["minLength"])} characters.`;
    case ValueErrorType.StringMaxLength:
      return `Must have at most ${String(schema["maxLength"])} characters.`;
    case ValueErrorType.StringFormat:
    case ValueErrorType.StringPattern:
      return "Does not match the required format.";
    default:
      return "Is invalid.";
  }
}

/** Whether one of several constant strings was expected and the value is no string. */
function isNoString(literal: TSchema, value: unknown): boolean {
  return typeof literal["const"] === "string" && typeof value !== "string";
}
