import { importedHashes } from "./imported-hashes.ts";

const hashes = Object.values(importedHashes);

/** Users of every kind: disabled, unverified, without a password, with roles, metadata and names of many scripts. */
export function manyKindsOfUsers(count: number): Record<string, unknown>[] {
  return Array.from({ length: count }, (_, index) => ({
    email: `user-${index}@example.com`,
    id: idOf(index),
    username: index % 3 === 0 ? undefined : `User.${index}`,
    name: index % 2 === 0 ? undefined : `Ünïcode ${index} 全名 🙂 "quoted" \\ back`,
    phone: index % 5 === 0 ? `+44 20 ${index}` : undefined,
    avatar_url: index % 7 === 0 ? `https://example.com/${index}?a=b&c=%20` : undefined,
    locale: ["de", "pt-BR", undefined][index % 3],
    metadata:
      index % 4 === 0
        ? { index, zebra: ["é", null, 1e-7], a: { 10: "b", 9: "a" }, "": 0 }
        : undefined,
    password_hash: index % 6 === 0 ? undefined : hashes[index % hashes.length],
    email_verified: index % 9 !== 0,
    roles: index % 50 === 0 ? ["editor", "Äther", "admin"] : undefined,
    disabled: index % 11 === 0 ? true : undefined,
    created_at: new Date(Date.UTC(2015, 0, 1) + index * 1_234_567).toISOString(),
  }));
}

/** In no order. */
function idOf(index: number): string {
  const digits = Bun.hash(`user ${index}`).toString(16).padStart(16, "0");
  return `${digits.slice(0, 8)}-${digits.slice(8, 12)}-4${digits.slice(13, 16)}-8000-${String(index).padStart(12, "0")}`;
}
