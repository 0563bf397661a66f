import { describe } from "bun:test";

import { testRacingLogouts } from "../support/racing-logouts.ts";
import { testRacingRefreshes } from "../support/racing-refreshes.ts";

// security 42
testRacingRefreshes({ single: 100, replicated: 30, embedded: 25 });

// security 47
describe("on postgres", () => testRacingLogouts("postgres", 200));
// security 47
describe("on embedded", () => testRacingLogouts("embedded", 50));
