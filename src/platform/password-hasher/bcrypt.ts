/** The form of a bcrypt hash; the group is its cost. No password matches a stored value of another form. */
const bcryptHash =
  /^\$2[abxy]\$(0[4-9]|[12]\d|3[01])\$[./A-Za-z0-9]{21}[.Oeu][./A-Za-z0-9]{30}[.CGKOSWaeimquy26]$/;

/** The lowest cost that bcrypt allows. */
export const lowestCost = 4;
/** The highest cost that is accepted. A comparison takes seconds. */
export const highestCost = 15;

/** Original bcrypt ignores the bytes of a password after these. Bun hashes longer passwords with SHA-512 first. */
export const bcryptBytes = 72;

/** The cost of a bcrypt hash, or null for any other string. */
export function bcryptCostOf(hash: string): number | null {
  const cost = bcryptHash.exec(hash)?.[1];
  return cost === undefined ? null : Number(cost);
}

/** Compares with a fixed, well-formed hash, for the same work as any other comparison at this cost. */
export async function compareWithDummy(password: string, cost: number): Promise<false> {
  const hash = `$2b$${String(cost).padStart(2, "0")}$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy`;
  // Bun.password.verify throws for an empty password.
  await Bun.password.verify(password || "\u0001", hash);
  return false;
}
