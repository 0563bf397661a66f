import { createHttpClient } from "../../src/platform/http-client/http-client.ts";
import type { HttpClient } from "../../src/platform/http-client/port.ts";

/** The HTTP client of the product, but for the origins of real providers: their stand-ins on this machine get the requests. */
export function routeToStandIns(origins: Readonly<Record<string, string>>): HttpClient {
  const client = createHttpClient();
  return {
    send(request) {
      const { origin, pathname, search } = new URL(request.url);
      const standIn = origins[origin];
      if (standIn === undefined) throw new Error(`no stand-in for ${origin}`);
      return client.send({ ...request, url: `${standIn}${pathname}${search}`, mayBePrivate: true });
    },
  };
}
