/** A line for each kind of data that users have and that is lost, such as `3 users had a second factor: not imported`. */
export function lossLines(
  losses: ReadonlyMap<string, number>,
  verb: "had" | "have",
  consequence: "not imported" | "not exported",
): string {
  return [...losses]
    .map(([loss, count]) => {
      const inflected = verb === "have" && count === 1 ? "has" : verb;
      return `${count} ${count === 1 ? "user" : "users"} ${inflected} ${loss}: ${consequence}\n`;
    })
    .join("");
}
