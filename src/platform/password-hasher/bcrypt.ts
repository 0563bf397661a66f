/** What bcrypt makes, its cost first. Anything else that stands in the place of a hash is nobody's password. */
const bcryptHash =
  /^\$2[abxy]\$(0[4-9]|[12]\d|3[01])\$[./A-Za-z0-9]{21}[.Oeu][./A-Za-z0-9]{30}[.CGKOSWaeimquy26]$/;

/** The lowest cost there is. */
export const lowestCost = 4;
/** The highest cost that is used here: seconds. */
export const highestCost = 15;

/** bcrypt as it was made knows no more bytes of a password than these. Bun takes longer ones by their SHA-512. */
export const bcryptBytes = 72;

/** The cost that a hash was made at, or null for what is no bcrypt hash. */
export function bcryptCostOf(hash: string): number | null {
  const cost = bcryptHash.exec(hash)?.[1];
  return cost === undefined ? null : Number(cost);
}

/** Compares with a well-formed hash of no known password, which takes what any other of this cost does. */
export async function compareWithNone(password: string, cost: number): Promise<false> {
  const hash = `$2b$${String(cost).padStart(2, "0")}$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy`;
  // Bun's verify throws on an empty password.
  await Bun.password.verify(password || "\u0001", hash);
  return false;
}
