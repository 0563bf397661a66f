/** An encoding of a response's content (RFC 9110 §8.4.1); null for content as it is. */
export type ContentEncoding = "br" | "gzip" | null;

/** The encodings that a client may accept, the smallest content first. */
const offered = ["br", "gzip"] as const;

/**
 * The encoding to send to a client with this `Accept-Encoding` (RFC 9110 §12.5.3): of those with the greatest weight above
 * zero, by name or by `*`, the one with the smallest content.
 */
export function chooseEncoding(acceptEncoding: string | null): ContentEncoding {
  const weights = new Map<string, number>();
  for (const part of (acceptEncoding ?? "").toLowerCase().split(",")) {
    const [coding = "", ...parameters] = part.split(";").map((text) => text.trim());
    const weight = parameters.find((text) => text.startsWith("q="))?.slice(2) ?? "1";
    weights.set(coding, Number(weight));
  }
  const weightOf = (coding: string) => weights.get(coding) ?? weights.get("*") ?? 0;
  const [best] = offered
    .filter((coding) => weightOf(coding) > 0)
    .toSorted((one, other) => weightOf(other) - weightOf(one));
  return best ?? null;
}

/** What distinguishes the entity tags of the encodings of one content (RFC 9110 §8.8.3). */
export function taggedFor(encoding: ContentEncoding, version: string): string {
  return encoding === null ? `"${version}"` : `"${version}-${encoding}"`;
}
