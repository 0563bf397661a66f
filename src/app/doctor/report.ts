import type { Finding, Outcome } from "./finding.ts";

const outcomes: readonly Outcome[] = ["ok", "warn", "fail", "skip"];

/** The findings as lines for a terminal, with their number by outcome at the end. */
export function asText(findings: readonly Finding[]): string {
  const widest = Math.max(...findings.map(({ name }) => name.length));
  const lines = findings.map(({ outcome, name, what, advice }) => {
    const text = advice === null ? what : `${what}; ${advice}`;
    return `${outcome.padEnd(4)}  ${name.padEnd(widest)}  ${oneLine(text)}`;
  });
  const counts = countOutcomes(findings);
  const summary = outcomes.map((outcome) => `${counts[outcome]} ${outcome}`).join(", ");
  return `${lines.join("\n")}\n${summary}\n`;
}

/** The findings as JSON. */
export function asJson(findings: readonly Finding[]): string {
  return `${JSON.stringify({ counts: countOutcomes(findings), findings }, null, 2)}\n`;
}

/** How many findings have each outcome. */
export function countOutcomes(findings: readonly Finding[]): Record<Outcome, number> {
  const counts = { ok: 0, warn: 0, fail: 0, skip: 0 };
  for (const { outcome } of findings) counts[outcome] += 1;
  return counts;
}

/** Replaces control characters: what another server said must not control the terminal. */
function oneLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, " ");
}
