/** A request as an application received it. Header names are in lower case, as Bun gives them. */
export interface ReceivedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** An application without authentication: it responds 200, and keeps what it received. */
export interface EchoApplication extends AsyncDisposable {
  readonly port: number;
  readonly received: readonly ReceivedRequest[];
}

/** Starts one on a spare port of 127.0.0.1. */
export function startEchoApplication(): EchoApplication {
  const received: ReceivedRequest[] = [];
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    async fetch(request) {
      received.push({
        method: request.method,
        path: request.url.slice(request.url.indexOf("/", "http://".length)),
        headers: Object.fromEntries(request.headers),
        body: await request.text(),
      });
      return new Response("the application's answer");
    },
  });
  return {
    port: server.port ?? 0,
    received,
    [Symbol.asyncDispose]: () => server.stop(true),
  };
}
