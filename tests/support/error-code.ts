/** The `code` of the error which a promise ends in, or null when it succeeds. */
export async function codeOf(promise: PromiseLike<unknown>): Promise<unknown> {
  try {
    await promise;
    return null;
  } catch (error) {
    return codeIn(error);
  }
}

/** The `code` of an error, or what was thrown instead of one that has it. */
export function codeIn(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : error;
}
