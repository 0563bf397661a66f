import { get } from "node:http";

const timeoutSeconds = 3;

/**
 * The status that a health URL of ours answers with, or null when nothing answers in time. Follows no redirect, and asks no
 * proxy: `fetch` sends even calls to this machine to the one that HTTP_PROXY names.
 */
export function askHealth(url: string): Promise<number | null> {
  return new Promise((resolve) => {
    const request = get(url, { agent: false, signal: AbortSignal.timeout(timeoutSeconds * 1000) });
    request.on("response", (response) => {
      response.resume();
      resolve(response.statusCode ?? null);
    });
    request.on("error", () => resolve(null));
  });
}
