/**
 * Options of the JavaScript engine for a process that lives for seconds or a few minutes: without its two optimising
 * compilers, which take a quarter of the CPU time of the tests. Code runs on the tiers below them, with the same results.
 */
export const shortLivedProcess = {
  /** The last tier of JavaScript. */
  BUN_JSC_useFTLJIT: "0",
  /** The last tier of WebAssembly, which is the embedded Postgres. */
  BUN_JSC_useOMGJIT: "0",
};

/**
 * These options, where this process has got them: a child of a test has them, and one of a benchmark does not. A child of a test
 * starts, does little and ends: without the compiler before the last one too it takes a quarter less CPU time.
 */
export function inheritedEngineOptions(): Record<string, string> {
  const given = Object.keys(shortLivedProcess).map((name) => [name, process.env[name] ?? ""]);
  const inherited = given.filter(([, value]) => value !== "");
  return inherited.length === 0 ? {} : { ...Object.fromEntries(inherited), BUN_JSC_useDFGJIT: "0" };
}
