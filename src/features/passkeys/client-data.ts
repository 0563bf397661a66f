import { type Static, Type } from "@sinclair/typebox";

import { fromBase64Url } from "../../kernel/bytes.ts";
import { compileOnUse } from "../../kernel/schema-check.ts";

const clientDataSchema = Type.Object({
  type: Type.String(),
  challenge: Type.String(),
  origin: Type.String(),
  crossOrigin: Type.Optional(Type.Boolean()),
  topOrigin: Type.Optional(Type.String()),
});

/** What the browser says about a ceremony (WebAuthn §5.8.1). Other members are ignored, as the specification requires. */
export type ClientData = Static<typeof clientDataSchema>;

const form = compileOnUse(clientDataSchema);
const decoder = new TextDecoder("utf-8", { fatal: true });

/** The client data in base64url text, or null if it is malformed. */
export function readClientData(text: string): ClientData | null {
  const bytes = fromBase64Url(text);
  if (bytes === null) return null;
  try {
    const value: unknown = JSON.parse(decoder.decode(bytes));
    return form.Check(value) ? value : null;
  } catch {
    return null;
  }
}
