// A process of its own, so that nothing else is counted: remembers as many tokens as may be, each answered in every short
// way, and prints how many that are and by how many bytes it has grown.
import { createResponder } from "../../src/app/edge/respond.ts";
import { securityHeaders } from "../../src/app/edge/security-headers.ts";
import { identityHeaders } from "../../src/features/access/forward-auth.ts";
import { createTokenCache } from "../../src/features/access/token-cache.ts";
import { tokenCacheBytes, memoryOf } from "../../src/features/access/token-cache-memory.ts";
import type { UserActor } from "../../src/kernel/context.ts";
import { systemRandom } from "../../src/kernel/random.ts";
import { createExchanges } from "../../src/platform/http/exchange.ts";
import { createRequestIds } from "../../src/platform/http/request-id.ts";

const users: Record<string, () => UserActor> = {
  plain: () => createUser({}, ["user"]),
  talkative: () => createUser(createProfile(""), ["user"]),
  // One letter beyond Latin makes two bytes of every letter of a text.
  foreign: () => createUser(createProfile("Ω"), ["user"]),
  powerful: () =>
    createUser(
      {},
      Array.from({ length: 32 }, () => textOf(64)),
    ),
};

const tokens = createTokenCache(tokenCacheBytes);
const request = new Request("http://localhost/");
const exchanges = createExchanges({
  requestIds: createRequestIds(systemRandom),
  readClientAddress: (peer) => peer,
});
const responder = createResponder({
  common: securityHeaders("https://auth.example.com"),
  additions: () => null,
});

function textOf(length: number): string {
  return systemRandom.token(length * 8).slice(0, length);
}

function createProfile(letter: string) {
  return {
    name: `${letter}${textOf(190)}`,
    avatarUrl: `https://${textOf(1990)}`,
    metadata: { note: `${letter}${textOf(950)}` },
  };
}

function createUser(
  { name, ...profile }: Partial<ReturnType<typeof createProfile>>,
  roles: string[],
): UserActor {
  const userId = Bun.randomUUIDv7();
  return {
    kind: "user",
    userId,
    sessionId: Bun.randomUUIDv7(),
    email: `user-${userId}@example.com`,
    username: null,
    name: name ?? null,
    emailVerified: true,
    roles,
    permissions: [],
    amr: ["pwd"],
    profile: { phone: null, avatarUrl: null, locale: null, metadata: {}, ...profile },
    tokenExpiresAt: new Date(),
  };
}

function remember(actor: UserActor): void {
  const token = textOf(600);
  const reading = tokens.beginReading(actor.sessionId, actor.userId);
  const weight = memoryOf(token, actor);
  tokens.keep(reading, token, { actor, weight, validUntil: 0, keyRevision: 0, notedAsUsedAt: 0 });
  tokens.endReading(reading);
  const exchange = exchanges.open(request, { requestIP: () => null }, null);
  responder.headersOnly(exchange, identityHeaders(actor));
}

async function residentBytes(): Promise<number> {
  for (let round = 0; round < 5; round += 1) {
    Bun.gc(true);
    await Bun.sleep(20);
  }
  return process.memoryUsage.rss();
}

const create = users[process.argv[2] ?? ""] ?? users["plain"];
if (!create) throw new Error("nobody to remember");
// The code itself is not what is measured.
for (let turn = 0; turn < 500; turn += 1) remember(create());
tokens.forget({ subject: "all", id: "" });
const before = await residentBytes();
for (let size = -1; tokens.size > size;) {
  size = tokens.size;
  remember(create());
}
const grownBy = (await residentBytes()) - before;
console.log(JSON.stringify({ tokens: tokens.size, grownBy }));
process.exit();
