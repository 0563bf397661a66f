import { eventually } from "./eventually.ts";

/** A client's endpoint for back-channel logout, on the loopback address. */
export interface LogoutReceiver extends AsyncDisposable {
  readonly url: string;
  readonly received: readonly LogoutRequest[];
  /** Waits until it has got so many requests, and gives them. */
  atLeast(count: number): Promise<readonly LogoutRequest[]>;
}

/** A request that it got. */
export interface LogoutRequest {
  readonly contentType: string;
  readonly token: string;
}

/** Starts a receiver. It responds with 200, unless `statusOf` says otherwise for request number `count`. */
export function startLogoutReceiver(
  statusOf: (count: number) => number = () => 200,
): LogoutReceiver {
  const received: LogoutRequest[] = [];
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    async fetch(request) {
      const form = new URLSearchParams(await request.text());
      const contentType = request.headers.get("content-type") ?? "";
      const count = received.push({ contentType, token: form.get("logout_token") ?? "" });
      return new Response(null, { status: statusOf(count) });
    },
  });
  return {
    url: `http://127.0.0.1:${server.port}/logout`,
    received,
    atLeast: (count) =>
      eventually(
        () => received,
        ({ length }) => length >= count,
        20,
      ),
    [Symbol.asyncDispose]: () => server.stop(true),
  };
}
