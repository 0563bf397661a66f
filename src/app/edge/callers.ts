/** What tells whose a connection is: `Bun.serve`'s server. Null for a connection that has been reset. */
export interface AddressBook {
  requestIP(request: Request): { readonly address: string } | null;
}

/** Answers a request that came to a server. */
export type Handler = (request: Request, server: AddressBook) => Response | Promise<Response>;

/** Knows from which address a request came, also when the caller has hung up since. */
export interface Callers {
  /** The request as it is handled from here on. */
  receive(request: Request, server: AddressBook): Request;
  /** Looks up whose it is and keeps that as long as the request. False if the caller has hung up already. */
  register(request: Request): boolean;
  /** The address of the connection's other end. Throws for a request that is not registered. */
  addressOf(request: Request): string;
}

/** A request that names no host (HTTP/1.0) has a `url` without one, in which the router finds no path: it gets one. */
export function createCallers(): Callers {
  const addresses = new WeakMap<Request, string>();
  let addressBook: AddressBook | null = null;

  /** `request` is the one that the server knows; `handled` takes its place. */
  function keep(request: Request, handled: Request): boolean {
    const address = addressBook?.requestIP(request)?.address;
    if (address === undefined) return false;
    addresses.set(handled, address);
    return true;
  }

  return {
    receive(request, server) {
      addressBook = server;
      if (!request.url.startsWith("/")) return request;
      const named = new Request(`http://localhost${request.url}`, request);
      keep(request, named);
      return named;
    },
    register: (request) => keep(request, request) || addresses.has(request),
    addressOf(request) {
      const address = addresses.get(request);
      if (address === undefined)
        throw new Error("a request was routed before its caller was known");
      return address;
    },
  };
}
