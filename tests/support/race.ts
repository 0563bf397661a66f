/** Starts `count` callers behind one barrier and gives their results in order: they leave together, not one by one. */
export async function race<T>(count: number, run: (index: number) => Promise<T>): Promise<T[]> {
  const barrier = Promise.withResolvers<void>();
  const runs = Array.from({ length: count }, async (_, index) => {
    await barrier.promise;
    return run(index);
  });
  barrier.resolve();
  return Promise.all(runs);
}
