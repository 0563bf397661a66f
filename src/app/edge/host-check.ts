import { AppError } from "../../kernel/errors.ts";

/** Validates the `Host` of requests (RFC 9112 §3.2). The service does not use it, but a proxy or cache in front may. */
export interface HostCheck {
  /** Throws `VALIDATION_ERROR` for an invalid host or several hosts. A request without the header (HTTP/1.0) is valid. */
  assertValid(request: Request): void;
}

const hostForm = /^(?:[A-Za-z0-9._~-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?$/;

/** A service has few host names. Clients can send any others, so the number is limited. */
const maximumCachedHosts = 16;

/** Caches valid hosts, since a lookup takes a fraction of the time of the check. A new one replaces the oldest. */
export function createHostCheck(): HostCheck {
  const valid = new Set<string>();

  function addToCache(host: string): void {
    const [oldest] = valid;
    if (oldest !== undefined && valid.size === maximumCachedHosts) valid.delete(oldest);
    valid.add(host);
  }

  return {
    assertValid({ headers, url }) {
      const host = headers.get("host");
      if (host === null || valid.has(host)) return;
      if (!hostForm.test(host) || !URL.canParse(url)) {
        throw new AppError("VALIDATION_ERROR", "The Host header is not valid.", {
          faults: [{ field: "host", issue: "Must be one host." }],
        });
      }
      addToCache(host);
    },
  };
}
