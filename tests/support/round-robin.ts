import { eventually } from "./eventually.ts";
import { type Answer, type Call, callServer } from "./http-call.ts";

/** What a load balancer does: asks every replica often whether it is ready, and calls those that are in turn. */
export interface RoundRobin extends AsyncDisposable {
  add(url: string): void;
  remove(url: string): void;
  /** Resolves when every replica was seen to be ready. */
  allReady(): Promise<void>;
  /** Calls the next ready replica. Tries nothing twice. */
  call(method: string, path: string, call?: Call): Promise<Answer>;
}

const pollMilliseconds = 100;

/** A balancer over the given replicas. Disposing of it ends its polling. */
export function createRoundRobin(urls: readonly string[]): RoundRobin {
  const ready = new Map(urls.map((url) => [url, false]));
  let turn = 0;
  let running = true;

  async function ask(url: string): Promise<void> {
    const isReady = await callServer(url, "GET", "/health/ready").then(
      ({ status }) => status === 200,
      () => false,
    );
    if (ready.has(url)) ready.set(url, isReady);
  }

  const polling = (async () => {
    while (running) {
      await Promise.all([...ready.keys()].map(ask));
      await Bun.sleep(pollMilliseconds);
    }
  })();

  return {
    add: (url) => void ready.set(url, false),
    remove: (url) => void ready.delete(url),
    async allReady() {
      await eventually(
        () => [...ready.values()].every(Boolean),
        (all) => all,
      );
    },
    call(method, path, call) {
      const able = [...ready].filter(([, isReady]) => isReady).map(([url]) => url);
      turn += 1;
      const url = able[turn % able.length];
      if (url === undefined) return Promise.reject(new Error("no replica is ready"));
      return callServer(url, method, path, call);
    },
    async [Symbol.asyncDispose]() {
      running = false;
      await polling;
    },
  };
}
