"use strict";

// ReDoc's search tries a worker made by eval, which the policy of this page forbids and would report. A browser
// without workers makes it search on the page itself.
window.Worker = undefined;
