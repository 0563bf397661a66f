import {
  createHttpClient,
  type HttpClientOptions,
} from "../../src/platform/http-client/http-client.ts";
import { type HttpClient, OutboundError } from "../../src/platform/http-client/port.ts";

/** Responds for a host, to a request with the URL that was asked for. */
export type HostHandler = (request: Request) => Response | Promise<Response>;

/** A request as the host received it. */
export interface HostRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Headers;
  readonly body: string;
}

/** Hosts such as `api.github.com`, on a real server of this process. */
export interface ProviderHosts extends AsyncDisposable {
  /** For `overrides: { httpClient }`. A host that is not served is unreachable; hosts of this machine are called as they are. */
  readonly httpClient: HttpClient;
  readonly requests: HostRequest[];
  /** Has `handler` respond for an https host from now on. */
  serve(host: string, handler: HostHandler): void;
}

const originalUrl = "x-original-url";
const localHosts = new Set(["localhost", "127.0.0.1", "[::1]"]);

/** Starts the server. Requests go through the client of the product, with its limits on time, size and redirects. */
export function startProviderHosts(options: HttpClientOptions = {}): ProviderHosts {
  const handlers = new Map<string, HostHandler>();
  const requests: HostRequest[] = [];
  const client = createHttpClient(options);
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    idleTimeout: 0,
    async fetch(received) {
      const { method } = received;
      const url = received.headers.get(originalUrl) ?? "";
      const body = await received.text();
      const headers = new Headers(received.headers);
      headers.delete(originalUrl);
      requests.push({ method, url, headers, body });
      const handler = handlers.get(new URL(url).host);
      const request = new Request(url, { method, headers, ...(method === "POST" ? { body } : {}) });
      return (await handler?.(request)) ?? new Response("no handler", { status: 500 });
    },
  });

  return {
    requests,
    serve: (host, handler) => void handlers.set(host, handler),
    httpClient: {
      async send(request) {
        const url = new URL(request.url);
        if (url.protocol !== "https:" || localHosts.has(url.hostname)) return client.send(request);
        if (!handlers.has(url.host)) throw new OutboundError("unreachable");
        return client.send({
          ...request,
          url: new URL(`${url.pathname}${url.search}`, server.url).href,
          headers: { ...request.headers, [originalUrl]: request.url },
          mayBePrivate: true,
        });
      },
    },
    [Symbol.asyncDispose]: () => server.stop(true),
  };
}
