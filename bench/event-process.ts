// A process of the application with a clock of its own, for measurements of events. `event-server.ts` starts it and sends it lines.
import { createPlatform } from "../src/app/create-platform.ts";
import { serve } from "../src/app/serve.ts";
import { createWebhook } from "../src/features/webhooks/create-webhook.ts";
import { systemClock } from "../src/kernel/clock.ts";
import { loadSettings } from "../src/platform/config/load-settings.ts";
import { createSystemContext } from "../src/platform/platform.ts";

let offsetMilliseconds = 0;
// Every part of the application reads the time from this object.
Object.assign(systemClock, { now: () => new Date(Date.now() + offsetMilliseconds) });

const { settings } = loadSettings(process.env, { isTerminal: false, generateSecret: () => "" });
const platform = createPlatform(settings);
const server = await serve(platform);
await server.ready;
answer(server.url);

const commands: Readonly<Record<string, (word: string) => Promise<string>>> = {
  /** Moves the clock by so many seconds. Timers do not follow it. */
  advance(seconds) {
    offsetMilliseconds += Number(seconds) * 1000;
    return Promise.resolve("advanced");
  },
  webhook: async (url) => {
    const ctx = createSystemContext(platform, "bench");
    const { webhook } = await createWebhook(ctx, { url, eventTypes: null, description: null });
    return webhook.id;
  },
};

for await (const line of console) {
  const [name = "", word = ""] = line.split(" ");
  answer((await commands[name]?.(word)) ?? "unknown");
}

function answer(text: string): void {
  process.stdout.write(`${text}\n`);
}
