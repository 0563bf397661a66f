// Runs a throwaway Postgres for as long as standard input stays open, and prints its address. `bun test` ends without
// telling anyone, so what should end with it watches for that itself.
import { startPostgresServer } from "./postgres-server.ts";

// Ctrl-C reaches the whole group; the end of the tests, which follows, is what counts.
process.on("SIGINT", () => undefined);

const server = await startPostgresServer();
console.log(server.url);
await Bun.stdin.text();
await server.stop();
