import { AppError } from "../../kernel/errors.ts";
import { violatedUniqueConstraint } from "../../platform/db/errors.ts";

/** The database decides who was first: of any number of racing registrations one is written. */
export function duplicate(error: unknown): AppError | null {
  const constraint = violatedUniqueConstraint(error);
  if (constraint === "users_email_unique") {
    return new AppError("DUPLICATE_EMAIL", "This e-mail address is already registered.", {
      faults: [{ field: "email", issue: "Already registered." }],
    });
  }
  if (constraint === "users_username_unique") {
    return new AppError("DUPLICATE_USERNAME", "This username is already taken.", {
      faults: [{ field: "username", issue: "Already taken." }],
    });
  }
  return null;
}
