import type { Content, Members } from "../entries.ts";
import { type Rows } from "../files/rows.ts";
import {
  commonLosses,
  hasMembers,
  importedUser,
  isTrue,
  objectOf,
  objectsOf,
  textOf,
} from "./source.ts";

/** Users of the database connections have ids with this provider. */
const databaseProvider = "auth0";

/** Password hashes of users of the database connections, by user id without its provider: other providers have the same ids. */
export type Auth0Hashes = ReadonlyMap<string, string>;

/**
 * A user of a bulk export in JSON, or of an export of password hashes. The hashes are those of the latter, for users of the former.
 * `app_metadata` is not imported: users can change their metadata here, and what an application relies on is in it.
 */
export function convertAuth0User(row: Members, hashes: Auth0Hashes): Content {
  const [provider, id] = idOf(row);
  const isOfDatabase = provider === databaseProvider;
  const hash = isOfDatabase ? (textOf(row, "passwordHash") ?? hashes.get(id) ?? null) : null;
  const email = emailOf(row);
  const name = textOf(row, "name");
  return importedUser(
    {
      email: email.address,
      id,
      username: textOf(row, "username"),
      // Without a name it is the address.
      name: name === email.address ? null : name,
      phone: textOf(row, "phone_number"),
      avatar_url: textOf(row, "picture"),
      locale: textOf(row, "locale"),
      metadata: row.get("user_metadata"),
      password_hash: hash,
      email_verified: email.isVerified,
      disabled: isTrue(row, "blocked"),
      created_at: textOf(row, "created_at"),
    },
    [
      isOfDatabase && hash === null && "a password whose hash is not in the files",
      hasMembers(row, "multifactor") && commonLosses.secondFactor,
      hasOtherIdentities(row, provider) && commonLosses.identities,
      hasMembers(row, "app_metadata") && "`app_metadata`",
    ],
  );
}

/** The hashes in an export of password hashes. */
export async function readAuth0Hashes({ rows }: Rows): Promise<Auth0Hashes> {
  const hashes = new Map<string, string>();
  for await (const { row } of rows) {
    if ("issue" in row) continue;
    const hash = textOf(row, "passwordHash");
    const [provider, id] = idOf(row);
    if (hash !== null && provider === databaseProvider) hashes.set(id, hash);
  }
  return hashes;
}

/** The provider and the id at it. `alt_id` is that of users whose id was chosen by the customer. */
function idOf(row: Members): readonly [provider: string, id: string] {
  const userId = textOf(row, "user_id");
  if (userId !== null) {
    const [provider = "", ...parts] = userId.split("|");
    return [provider, parts.join("|")];
  }
  return [databaseProvider, textOf(row, "alt_id") ?? textOf(objectOf(row, "_id"), "$oid") ?? ""];
}

/** Some users of an export of password hashes have their address in `identifiers` only. */
function emailOf(row: Members): { address: string | null; isVerified: boolean } {
  const address = textOf(row, "email");
  if (address !== null) return { address, isVerified: isTrue(row, "email_verified") };
  const identifier = objectsOf(row, "identifiers").find((each) => textOf(each, "type") === "email");
  if (identifier === undefined) return { address: null, isVerified: false };
  return { address: textOf(identifier, "value"), isVerified: isTrue(identifier, "verified") };
}

function hasOtherIdentities(row: Members, provider: string): boolean {
  const providers = objectsOf(row, "identities").map((identity) => textOf(identity, "provider"));
  return [provider, ...providers].some((each) => each !== null && each !== databaseProvider);
}
