// A process of its own, so that nothing else is counted: fills a token cache of a size with tokens of different users, uses
// the last of them on every hot route, and prints how many tokens are held and by how many bytes the process has grown.
import { factsOf } from "../../src/features/access/cached-records.ts";
import { identityHeaders } from "../../src/features/access/forward-auth.ts";
import { createTokenCache } from "../../src/features/access/token-cache.ts";
import { viewOwnUser, viewValidToken } from "../../src/features/access/views.ts";
import { createResponder } from "../../src/app/edge/respond.ts";
import { securityHeaders } from "../../src/app/edge/security-headers.ts";
import { systemRandom } from "../../src/kernel/random.ts";
import { createExchanges } from "../../src/platform/http/exchange.ts";
import { createRequestIds } from "../../src/platform/http/request-id.ts";

const request = new Request("http://localhost/");
const exchanges = createExchanges({
  requestIds: createRequestIds(systemRandom),
  readClientAddress: (peer) => peer,
});
const responder = createResponder({
  common: securityHeaders("https://auth.example.com"),
  additions: () => null,
});

interface User {
  readonly name?: string;
  readonly avatarUrl?: string;
  readonly metadata?: Record<string, unknown>;
  readonly roles?: string[];
}

const users: Record<string, () => User> = {
  plain: () => ({}),
  talkative: () => createProfile(""),
  // One letter beyond Latin makes two bytes of every letter of a text.
  foreign: () => createProfile("Ω"),
  powerful: () => ({ roles: Array.from({ length: 32 }, () => randomText(64)) }),
};

/** Of a multiple of four characters: a part of a longer string would hold all of it. */
function randomText(length: number): string {
  return systemRandom.token(length * 6);
}

function createProfile(letter: string): User {
  return {
    name: `${letter}${randomText(188)}`,
    avatarUrl: `https://${randomText(1988)}`,
    metadata: { note: `${letter}${randomText(948)}` },
  };
}

function remember(user: User): string {
  const id = Bun.randomUUIDv7();
  const sessionId = Bun.randomUUIDv7();
  const token = randomText(600);
  const reading = cache.beginReading(sessionId, id);
  const { name = "Ada Lovelace", avatarUrl = null, metadata = {}, roles = ["user"] } = user;
  const facts = factsOf({
    email: `user-${id}@example.com`,
    username: `user_${id.slice(-8)}`,
    name,
    emailVerified: true,
    createdAt: "2026-01-31T12:00:00.000Z",
    updatedAt: "2026-01-31T12:00:00.000Z",
    profile: { phone: null, avatarUrl, locale: null, metadata },
  });
  const session = cache.keep(reading, {
    id: sessionId,
    amr: ["pwd"],
    client: null,
    endsAt: Date.now() + 1e9,
    notedAsUsedAt: Date.now(),
    user: {
      id,
      facts,
      roles,
      permissions: [],
      withoutMfa: null,
    },
  });
  cache.add(token, {
    session,
    grant: null,
    expiresAt: Date.now() / 1000 + 1000,
    keyRevision: 0,
  });
  cache.endReading(reading);
  return token;
}

function use(token: string): void {
  const actor = cache.find(token)?.actor;
  if (!actor) throw new Error("the token is not held");
  const exchange = exchanges.open(request, {
    requestIP: () => null,
    timeout: () => undefined,
  });
  responder.json(exchange, viewOwnUser(actor));
  responder.json(exchange, viewValidToken(actor));
  responder.headersOnly(exchange, identityHeaders(actor));
}

async function residentBytes(): Promise<number> {
  for (let round = 0; round < 5; round += 1) {
    Bun.gc(true);
    await Bun.sleep(20);
  }
  return process.memoryUsage.rss();
}

const create = users[process.argv[2] ?? ""];
const limitBytes = Number(process.argv[3]);
if (!create) throw new Error("no kind of user");
const cache = createTokenCache(limitBytes, { isLive: () => true, isListening: () => true });
// The code itself is not what is measured.
for (let turn = 0; turn < 500; turn += 1) use(remember(create()));
cache.forget({ subject: "all", id: "" });
const before = await residentBytes();
const lastTokens: string[] = [];
for (let size = -1; cache.size > size;) {
  size = cache.size;
  lastTokens.push(remember(create()));
  if (lastTokens.length > 2000) lastTokens.shift();
}
for (const token of lastTokens) use(token);
const grownBy = (await residentBytes()) - before;
console.log(JSON.stringify({ tokens: cache.size, grownBy }));
process.exit();
