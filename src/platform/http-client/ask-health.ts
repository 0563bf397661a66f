const timeoutSeconds = 3;

/** The status that a health URL of ours answers with, or null when nothing answers in time. Follows no redirect. */
export async function askHealth(url: string): Promise<number | null> {
  try {
    const response = await fetch(url, {
      redirect: "manual",
      signal: AbortSignal.timeout(timeoutSeconds * 1000),
    });
    return response.status;
  } catch {
    return null;
  }
}
