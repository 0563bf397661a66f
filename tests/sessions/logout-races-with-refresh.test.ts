import { describe } from "bun:test";

import { testRacingLogouts } from "../support/racing-logouts.ts";

// security 47: the full number of rounds is in tests/gates/races-of-sessions.test.ts
describe("on postgres", () => testRacingLogouts("postgres", 80));
// It has a single connection, on which little can race, and refreshes wait for one another.
describe("on embedded", () => testRacingLogouts("embedded", 20));
