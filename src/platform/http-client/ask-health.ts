const timeoutSeconds = 3;

/**
 * The status of a GET request to a health URL of this service, or null without a response within three seconds. It follows
 * no redirect and uses no proxy: `fetch` sends even requests to this machine to the proxy that HTTP_PROXY names.
 */
export async function askHealth(url: string): Promise<number | null> {
  const { get } = await import("node:http");
  return new Promise((resolve) => {
    const request = get(url, { agent: false, signal: AbortSignal.timeout(timeoutSeconds * 1000) });
    request.on("response", (response) => {
      response.resume();
      resolve(response.statusCode ?? null);
    });
    request.on("error", () => resolve(null));
  });
}
