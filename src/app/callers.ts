/** What tells whose a connection is: `Bun.serve`'s server. */
export interface AddressBook {
  requestIP(request: Request): { readonly address: string } | null;
}

/** Knows from which address a request came, for as long as its connection lives. */
export interface Callers {
  /** The request as it is handled from here on. */
  receive(request: Request, server: AddressBook): Request;
  addressOf(request: Request): string | null;
}

/** A request that names no host (HTTP/1.0) has a `url` without one, in which the router finds no path: it gets one. */
export function createCallers(): Callers {
  const received = new WeakMap<Request, Request>();
  let addressBook: AddressBook | null = null;

  return {
    receive(request, server) {
      addressBook = server;
      if (!request.url.startsWith("/")) return request;
      const named = new Request(`http://localhost${request.url}`, request);
      received.set(named, request);
      return named;
    },
    addressOf: (request) =>
      addressBook?.requestIP(received.get(request) ?? request)?.address ?? null,
  };
}
