"use strict";

// The search of ReDoc starts a worker with eval, which the policy of this page forbids and the browser reports. Without
// `Worker` ReDoc searches on the page itself.
window.Worker = undefined;
