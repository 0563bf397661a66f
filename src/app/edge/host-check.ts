import { AppError } from "../../kernel/errors.ts";

/** Judges the `Host` of requests (RFC 9112 §3.2): nothing here believes it, but what stands before us may. */
export interface HostCheck {
  /** HTTP/1.0 has none. Throws `VALIDATION_ERROR` for one that is no host, or several. */
  assertOne(request: Request): void;
  /** Whether it was found good before: most were, and this takes a fraction of the time. */
  isUsual(request: Request): boolean;
}

const hostForm = /^(?:[A-Za-z0-9._~-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?$/;

/** A service has few; others come from whoever tries something. */
const usualHosts = 16;

/** Remembers the good hosts that were found last. */
export function createHostCheck(): HostCheck {
  const good = new Set<string>();

  function remember(host: string): void {
    const [oldest] = good;
    if (oldest !== undefined && good.size === usualHosts) good.delete(oldest);
    good.add(host);
  }

  return {
    isUsual({ headers }) {
      const host = headers.get("host");
      return host !== null && good.has(host);
    },
    assertOne({ headers, url }) {
      const host = headers.get("host");
      if (host === null || good.has(host)) return;
      if (!hostForm.test(host) || !URL.canParse(url)) {
        const issue = "Must be one host.";
        throw new AppError("VALIDATION_ERROR", "The Host header is not valid.", {
          faults: [{ field: "host", issue }],
        });
      }
      remember(host);
    },
  };
}
