const longestSeconds = 86_400;

/**
 * How many seconds a `Retry-After` header asks for (RFC 9110 §10.2.3: seconds, or an HTTP date), from 0 to a day. Null without a
 * valid one.
 */
export function readRetryAfter(header: string | null, now: Date): number | null {
  const text = header?.trim() ?? "";
  if (/^\d{1,15}$/.test(text)) return Math.min(Number(text), longestSeconds);
  const date = httpDate.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(date)) return null;
  const seconds = Math.ceil((date - now.getTime()) / 1000);
  return Math.min(Math.max(seconds, 0), longestSeconds);
}

/** IMF-fixdate, the only form that senders may use (RFC 9110 §5.6.7). */
const httpDate = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;
