import * as http from "node:http";
import * as https from "node:https";

import { version } from "../../kernel/version.ts";
import type { Address } from "./addresses.ts";
import { createConnections } from "./connections.ts";
import { OutboundError, type OutboundRequest, type OutboundResponse } from "./port.ts";
import { discardBody, readHead, readResponse, toOutboundError } from "./read-response.ts";

/** A request, and the checked addresses of its host. */
export interface CheckedRequest {
  readonly url: URL;
  readonly request: OutboundRequest;
  readonly addresses: readonly Address[];
  readonly signal: AbortSignal;
}

/** Sends the request to one of the addresses, and reads the response. Throws `OutboundError`. */
export type SendChecked = (checked: CheckedRequest) => Promise<OutboundResponse>;

/** False for a connection of its own. */
type Agent = http.Agent | false;

/** By `node:https`, because `fetch` resolves the host itself and sends requests to the proxy that HTTPS_PROXY names. */
export function createCheckedSender({
  certificateAuthorities,
}: {
  readonly certificateAuthorities?: readonly string[];
}): SendChecked {
  const connections = createConnections();

  function openRequest({ url, request, addresses, signal }: CheckedRequest, agent: Agent) {
    return (url.protocol === "https:" ? https : http).request({
      agent,
      host: url.hostname.replaceAll(/[[\]]/g, ""),
      port: url.port,
      path: `${url.pathname}${url.search}`,
      method: request.method,
      headers: {
        "user-agent": `gatehouse/${version}`,
        ...request.headers,
        "accept-encoding": "identity",
      },
      signal,
      lookup: (_host, _options, give) => give(null, [...addresses]),
      // NODE_TLS_REJECT_UNAUTHORIZED=0 has no effect.
      rejectUnauthorized: true,
      ...(certificateAuthorities ? { ca: [...certificateAuthorities] } : {}),
    });
  }

  function send(checked: CheckedRequest, agent: Agent): Promise<OutboundResponse> {
    const { promise, resolve, reject } = Promise.withResolvers<OutboundResponse>();
    const { request, signal } = checked;
    const sent = openRequest(checked, agent);
    let isAnswered = false;
    sent.on("error", (error) => {
      // The server may close a kept connection at any time.
      const isStale = sent.reusedSocket && !isAnswered && !signal.aborted;
      if (isStale) send(checked, false).then(resolve, reject);
      else reject(toOutboundError(error));
    });
    sent.on("upgrade", (_response, socket) => {
      socket.destroy();
      reject(new OutboundError("invalid_response"));
    });
    sent.on("response", (response) => {
      isAnswered = true;
      if (request.discardsBody) {
        resolve({ ...readHead(response), body: "" });
        discardBody(response);
        return;
      }
      readResponse(response, request.maximumBytes)
        .then(resolve, reject)
        .finally(() => {
          if (agent === false || !response.complete) sent.destroy();
        });
    });
    sent.end(request.body ?? "");
    return promise;
  }

  return (checked) => {
    const { mayBePrivate = false, keepsConnection = false } = checked.request;
    return send(checked, keepsConnection && connections.agentFor(checked.url, mayBePrivate));
  };
}
