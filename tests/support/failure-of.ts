/** The error that a promise ends in. Throws when it ends well. */
export async function failureOf(promise: PromiseLike<unknown>): Promise<Error> {
  let value: unknown;
  try {
    value = await promise;
  } catch (error) {
    return error instanceof Error ? error : new Error("rejected with no error", { cause: error });
  }
  throw new Error("it did not fail", { cause: value });
}
