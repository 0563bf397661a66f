import { testRacingRefreshes } from "../support/racing-refreshes.ts";

// security 42: the full number of rounds is in tests/gates/races-of-sessions.test.ts
testRacingRefreshes({ single: 40, replicated: 15, embedded: 10 });
