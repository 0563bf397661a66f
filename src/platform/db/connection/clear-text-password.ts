import { Socket } from "node:net";
import { TLSSocket } from "node:tls";

import { DatabaseAddressError } from "./address-error.ts";
import type { TlsMode } from "./target.ts";

/**
 * The error where a server asks for the password itself, not for a proof of it, over a network without TLS: an attacker on the
 * path may ask in its place. Null where no one else can read it, and with `sslmode=disable`, which says that the network is trusted.
 */
export function explainExposedPassword(
  mode: TlsMode,
  socket: unknown,
): DatabaseAddressError | null {
  if (mode === "disable" || socket instanceof TLSSocket) return null;
  if (socket instanceof Socket && isOfThisMachine(socket)) return null;
  return new DatabaseAddressError(
    "the database server is not usable: it asks for the password itself over a connection without TLS: set sslmode=verify-full, or store the password as scram-sha-256, or set sslmode=disable if the network is trusted",
  );
}

/** A Unix socket has no address. */
function isOfThisMachine({ remoteAddress = "" }: Socket): boolean {
  return (
    remoteAddress === "" || remoteAddress === "::1" || /^(?:::ffff:)?127\./.test(remoteAddress)
  );
}
