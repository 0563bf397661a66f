import type { TSchema } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";

import { AppError, findAppError } from "../../../kernel/errors.ts";
import type { Context } from "../../../platform/platform.ts";
import { assertChosenPassword } from "../../passwords/index.ts";
import {
  assertNotReserved,
  canonicalEmail,
  nameSchema,
  usernameSchema,
} from "../../users/index.ts";

/**
 * Everything that is wrong with the form before an account is looked up: one error for each field, in their order. An
 * administrator's username may be a reserved one.
 */
export function findFormErrors(
  ctx: Context,
  form: Readonly<Record<string, string>>,
  { mayBeReserved = false }: { readonly mayBeReserved?: boolean } = {},
): readonly AppError[] {
  const { email = "", username = null, name = null, password } = form;
  return [
    () => canonicalEmail(email),
    () => {
      assertForm("username", usernameSchema, username);
      if (!mayBeReserved) assertNotReserved(ctx, username);
    },
    () => assertForm("name", nameSchema, name),
    () => {
      if (form["without_password"] === "true") return;
      if (password === undefined) throw invalid("password");
      const confirmation = form["password_confirmation"] ?? "";
      assertChosenPassword(ctx, { password, confirmation, username, email });
    },
  ].flatMap(errorOf);
}

function errorOf(check: () => unknown): AppError[] {
  try {
    check();
    return [];
  } catch (error) {
    const found = findAppError(error);
    if (found === null) throw error;
    return [found];
  }
}

function assertForm(field: string, schema: TSchema, value: string | null): void {
  if (value !== null && !Value.Check(schema, value)) throw invalid(field);
}

function invalid(field: string): AppError {
  return new AppError("VALIDATION_ERROR", "The request is not valid.", {
    faults: [{ field, issue: "Does not have the right form." }],
  });
}
