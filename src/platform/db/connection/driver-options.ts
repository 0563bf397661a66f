import { userInfo } from "node:os";

import { bindingMissing, chooseBinding } from "./channel-binding.ts";
import { explainExposedPassword } from "./clear-text-password.ts";
import { createDialer } from "./dial.ts";
import { createHostOrder, type HostOrder } from "./host-order.ts";
import { parseConnectionUrl } from "./parse-url.ts";
import type { ConnectionTarget } from "./target.ts";

/** A database address, and what is remembered of its servers. Clients of the same address share one. */
export interface Address {
  readonly target: ConnectionTarget;
  readonly order: HostOrder;
}

/** What differs between the connections to one address. */
export interface ConnectionOptions {
  /** For opening a connection, unless the URL says otherwise. */
  readonly timeoutSeconds: number;
  /** Appended to the name by which the server knows the connections; empty for those of the pool. */
  readonly purpose: string;
  readonly serviceName: string;
  /** Whether statements have names, which a server connection that is shared with other clients cannot keep. */
  readonly preparesStatements: boolean;
  /** Settings of the server, sent when a connection starts. */
  readonly settings: Readonly<Record<string, string | number>>;
}

/** The address of a connection URL. Throws `ConnectionUrlError`. */
export function createAddress(url: string): Address {
  const target = parseConnectionUrl(url);
  return { target, order: createHostOrder(target.hosts.length) };
}

/**
 * The driver's options for connections to an address. Every option is given that the driver would else read from the environment
 * (`PGHOST`, `PGPASSWORD` …): only settings of this service count.
 */
export function driverOptions({ target, order }: Address, options: ConnectionOptions): object {
  const user = target.user ?? userInfo().username;
  const timeoutSeconds = target.connectTimeoutSeconds ?? Math.max(1, options.timeoutSeconds);
  const { channelBinding } = target;
  const name = target.applicationName ?? options.serviceName;
  return {
    dial: createDialer(target, order, timeoutSeconds),
    binding: {
      choose: (socket: unknown, offered: readonly string[]) =>
        chooseBinding(channelBinding, socket, offered),
      isRequired: channelBinding === "require",
      missing: bindingMissing,
      exposed: (socket: unknown) => explainExposedPassword(target.tls.mode, socket),
    },
    host: target.hosts.map((host) => host.name),
    port: target.hosts.map((host) => host.port ?? 0),
    user,
    // A function, since for an empty password the driver would read the environment.
    pass: () => target.password,
    database: target.database ?? user,
    ssl: false,
    sslnegotiation: null,
    target_session_attrs: target.role === "any" ? null : target.role,
    connect_timeout: timeoutSeconds,
    keep_alive: target.keepAliveSeconds,
    prepare: options.preparesStatements,
    publications: "alltables",
    max_pipeline: 100,
    connection: {
      ...options.settings,
      ...target.startParameters,
      application_name: `${name}${options.purpose}`,
    },
  };
}
