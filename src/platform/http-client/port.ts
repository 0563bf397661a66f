/** A request to another service, such as a provider of social login. */
export interface OutboundRequest {
  /** An `https` URL; `http` only where the address may be private. */
  readonly url: string;
  readonly method: "GET" | "POST";
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Whether the host may have a private or loopback address. Default: false. */
  readonly mayBePrivate?: boolean;
  /** How long it may take in all. Default: that of the client. */
  readonly timeoutSeconds?: number;
  /** How long the body of the response may be. Default: 64 KiB. */
  readonly maximumBytes?: number;
  /** Whether only the status and the headers matter: the body may then have any size, and is empty here. */
  readonly discardsBody?: boolean;
  /** Whether a connection that was kept may be used, and is kept afterwards. Such a request may reach the server twice. */
  readonly keepsConnection?: boolean;
}

/** A response, whatever its status: redirects are not followed. */
export interface OutboundResponse {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
}

/** Why there is no response. */
export type OutboundFault =
  | "timeout"
  | "too_large"
  | "private_address"
  | "unreachable"
  | "not_https"
  | "invalid_response";

/** A request that got no response. The message holds no secret. */
export class OutboundError extends Error {
  readonly fault: OutboundFault;

  constructor(fault: OutboundFault, cause?: unknown) {
    super(`the outbound request failed: ${fault}`, cause === undefined ? undefined : { cause });
    this.name = "OutboundError";
    this.fault = fault;
  }
}

/** Sends requests to other services: by default within 5 seconds, with at most 64 KiB of response, to public addresses. */
export interface HttpClient {
  /** Throws `OutboundError`. */
  send(request: OutboundRequest): Promise<OutboundResponse>;
}
