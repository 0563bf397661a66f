import { AppError } from "../../kernel/errors.ts";

/** What was judged of a token, or null where it is invalid or expired. Throws whatever else went wrong. */
export async function unlessInvalid<T>(judged: Promise<T>): Promise<T | null> {
  try {
    return await judged;
  } catch (error) {
    const isTokenFault =
      error instanceof AppError &&
      (error.code === "INVALID_TOKEN" || error.code === "EXPIRED_TOKEN");
    if (!isTokenFault) throw error;
    return null;
  }
}
