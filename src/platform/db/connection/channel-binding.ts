import { hash } from "node:crypto";
import { TLSSocket } from "node:tls";

import { DatabaseAddressError } from "./address-error.ts";
import { readSignatureHash } from "./signature-hash.ts";
import type { ConnectionTarget } from "./target.ts";

/** How the password exchange begins (RFC 5802 §7): its mechanism, its header, and what its proof covers beside the header. */
export interface Binding {
  readonly mechanism: "SCRAM-SHA-256" | "SCRAM-SHA-256-PLUS";
  readonly header: "n,," | "y,," | "p=tls-server-end-point,,";
  readonly data: Buffer;
}

const none = Buffer.alloc(0);
const withBinding = "SCRAM-SHA-256-PLUS";

/**
 * Chooses the mechanism of the password exchange from those that the server offers. Throws `DatabaseAddressError` when
 * `channel_binding=require` cannot be met.
 */
export function chooseBinding(
  choice: ConnectionTarget["channelBinding"],
  socket: unknown,
  offered: readonly string[],
): Binding {
  const plain = { mechanism: "SCRAM-SHA-256", header: "n,,", data: none } as const;
  if (choice === "disable") return plain;
  const data = socket instanceof TLSSocket ? endPointOf(socket) : null;
  if (data && offered.includes(withBinding)) {
    return { mechanism: withBinding, header: "p=tls-server-end-point,,", data };
  }
  if (choice === "require") throw bindingMissing();
  // "y": this side could have bound, so a server that offered it detects that an attacker removed the offer.
  return data ? { ...plain, header: "y,," } : plain;
}

/** `channel_binding=require` is not met: the server or a pooler before it does not offer it, or authenticates otherwise. */
export function bindingMissing(): DatabaseAddressError {
  return new DatabaseAddressError(
    "the database server is not usable: it offers no channel binding, which channel_binding=require needs: a password stored as scram-sha-256, and TLS that ends at the server itself. Otherwise leave channel_binding out",
  );
}

/** The hash of the server's certificate (`tls-server-end-point`, RFC 5929 §4.1), or null if its algorithm is not known. */
function endPointOf(socket: TLSSocket): Buffer | null {
  const { raw } = socket.getPeerCertificate();
  const algorithm = raw && readSignatureHash(raw);
  return algorithm ? hash(algorithm, raw, "buffer") : null;
}
