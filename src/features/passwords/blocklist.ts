import blocklist from "../../../dist/assets/password-blocklist.txt" with { type: "text" };

/**
 * Whether a password, in the form that `normalizePassword` gives it, is one of the embedded list of about 18,000 common
 * ones of at least 8 characters. Case makes no difference.
 */
export function isCommonPassword(password: string): boolean {
  return findLine(blocklist, password.toLowerCase());
}

/** Binary search over sorted lines: a Set of them would take megabytes, and this takes a microsecond. */
function findLine(lines: string, wanted: string): boolean {
  let low = 0;
  let high = lines.length;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const start = lines.lastIndexOf("\n", middle - 1) + 1;
    const newline = lines.indexOf("\n", middle);
    const end = newline === -1 ? lines.length : newline;
    const line = lines.slice(start, end);
    if (line === wanted) return true;
    if (line < wanted) low = end + 1;
    else high = start;
  }
  return false;
}
