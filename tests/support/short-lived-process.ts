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

/** These options, where this process has got them: a child of a test has them, and one of a benchmark does not. */
export function inheritedEngineOptions(): Record<string, string> {
  const given = Object.keys(shortLivedProcess).map((name) => [name, process.env[name] ?? ""]);
  return Object.fromEntries(given.filter(([, value]) => value !== ""));
}
