import { type Static, Type } from "@sinclair/typebox";

import { isStorableText, textSchema } from "../../platform/http/text-schema.ts";
import type { ClientRecord } from "./queries.ts";

const nameLength = { minLength: 1, maxLength: 100 };

/** A client's name as received. */
export const clientNameSchema = textSchema({
  description: "The display name of the service. Need not be unique.",
  ...nameLength,
  examples: ["billing"],
});

/** Whether a string may be a client's name. */
export function isClientName(text: string): boolean {
  const { length } = text;
  return length >= nameLength.minLength && length <= nameLength.maxLength && isStorableText(text);
}

/** Body of `POST /clients`. */
export const createClientBody = Type.Object(
  { name: clientNameSchema },
  { additionalProperties: false },
);

/** The path parameters of one client: `{id}` is its `client_id`. */
export const clientParams = Type.Object({
  id: textSchema({ description: "The `client_id`.", minLength: 1, maxLength: 128 }),
});

/** A client in responses. */
export const clientSchema = Type.Object(
  {
    client_id: Type.String(),
    name: Type.String(),
    created_at: Type.String({ format: "date-time" }),
  },
  // oapi-codegen calls the API client that it generates `Client`.
  { $id: "Client", "x-go-name": "OAuthClient" },
);

/** `data` of a response that contains a secret. */
export const clientWithSecretSchema = Type.Object({
  client: clientSchema,
  client_secret: Type.String({ description: "Returned only once; only its hash is stored." }),
});

/** The wire form of a client. */
export function viewClient(client: ClientRecord): Static<typeof clientSchema> {
  return {
    client_id: client.clientId,
    name: client.name,
    created_at: client.createdAt.toISOString(),
  };
}
