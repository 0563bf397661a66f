import { AppError } from "../../kernel/errors.ts";

/** The result of verifying a token, or null if it is invalid or expired. Throws every other error. */
export async function unlessInvalid<T>(verified: Promise<T>): Promise<T | null> {
  try {
    return await verified;
  } catch (error) {
    const isTokenFault =
      error instanceof AppError &&
      (error.code === "INVALID_TOKEN" || error.code === "EXPIRED_TOKEN");
    if (!isTokenFault) throw error;
    return null;
  }
}
