import { AppError } from "../kernel/errors.ts";

const hostForm = /^(?:[A-Za-z0-9._~-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?$/;

/**
 * Makes what refuses a `Host` that is no host, or several (RFC 9112 §3.2): nothing here believes it, but what stands before us
 * may. HTTP/1.0 has none. Throws `VALIDATION_ERROR`.
 */
export function createHostCheck(): (request: Request) => void {
  let lastGood = "";
  return (request) => {
    const host = request.headers.get("host");
    if (host === null || (host === lastGood && isAddressOf(host, request.url))) return;
    if (hostForm.test(host) && URL.canParse(request.url)) {
      lastGood = host;
      return;
    }
    const issue = "Must be one host.";
    throw new AppError("VALIDATION_ERROR", "The Host header is not valid.", {
      faults: [{ field: "host", issue }],
    });
  };
}

const scheme = "http://";

/** Whether the address of a request is one at this host: with a good host, it is good. */
function isAddressOf(host: string, address: string): boolean {
  return address.startsWith(host, scheme.length) && address[scheme.length + host.length] === "/";
}
