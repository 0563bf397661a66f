import { AppError } from "../../kernel/errors.ts";

/** Validates the `Host` of requests (RFC 9112 §3.2). Nothing here uses it, but a proxy or cache in front may. */
export interface HostCheck {
  /** Throws `VALIDATION_ERROR` for a host that is none, or for several. HTTP/1.0 needs none. */
  assertValid(request: Request): void;
}

const hostForm = /^(?:[A-Za-z0-9._~-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?$/;

/** A service has few hosts of its own; the rest come from clients that try others. */
const rememberedHosts = 16;

/** Remembers the valid hosts that were seen last: a lookup takes a fraction of the time of the check. */
export function createHostCheck(): HostCheck {
  const valid = new Set<string>();

  function remember(host: string): void {
    const [oldest] = valid;
    if (oldest !== undefined && valid.size === rememberedHosts) valid.delete(oldest);
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
      remember(host);
    },
  };
}
