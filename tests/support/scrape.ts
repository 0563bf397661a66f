import type { TestApp } from "./test-app.ts";

/** The values of a scrape, by name and labels as they are written: `name{label="value"}`. */
export async function scrape(app: TestApp): Promise<Map<string, number>> {
  const { text } = await app.call("GET", "/metrics");
  return valuesIn(text);
}

/** The values of a text in the format of Prometheus or OpenMetrics. */
export function valuesIn(text: string): Map<string, number> {
  const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return new Map(
    lines.map((line) => {
      const space = line.lastIndexOf(" ");
      return [line.slice(0, space), Number(line.slice(space + 1))];
    }),
  );
}

/** The names and types of the metrics of a text. */
export function typesIn(text: string): Record<string, string> {
  const types = text.matchAll(/^# TYPE (\S+) (\S+)$/gm);
  return Object.fromEntries([...types].map(([, name = "", type = ""]) => [name, type]));
}
