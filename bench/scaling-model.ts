// What docs/scaling.md computes from its own tables. `bun bench/scaling-model.ts` writes the last table of the document again.
import { join } from "node:path";

/** The document. */
export const scalingDocument = join(import.meta.dir, "../docs/scaling.md");

const scales = [1, 10, 100] as const;
const secondsPerDay = 86_400;
const begin = "<!-- computed by bench/scaling-model.ts -->\n";
const end = "<!-- end -->";

/** The document with the computed table as its other two tables demand. Throws where a figure is missing. */
export function withComputedTable(document: string): string {
  const figures = readFigures(document);
  const columns = scales.map((millions) => computeColumn(figures, millions * 1_000_000));
  const names = Object.keys(columns[0] ?? {});
  const header = ["", ...scales.map((millions) => `${millions} million users`)];
  const rows = names.map((name) => [name, ...columns.map((column) => column[name] ?? "")]);
  const lines = [header, header.map(() => "---"), ...rows].map(
    (cells) => `| ${cells.join(" | ")} |`,
  );
  const [before = "", after = ""] = document.split(begin);
  return `${before}${begin}\n${lines.join("\n")}\n\n${end}${after.split(end)[1] ?? ""}`;
}

/** A figure of a table by its first cell and, where rows of one name follow each other, its unit. */
type Figures = (name: string, unit: string) => number;

function readFigures(document: string): Figures {
  const rows = [...document.matchAll(/^\| ([^|]+) \| ([\d.]+) \| ([^|]+) \|$/gm)].map(
    ([, name, value, unit]) => ({ key: `${name} (${unit})`, value: Number(value) }),
  );
  const values = new Map(rows.map(({ key, value }) => [key, value]));
  return (name, unit) => {
    const value = values.get(`${name} (${unit})`);
    if (value === undefined) throw new Error(`docs/scaling.md has no figure: ${name} (${unit})`);
    return value;
  };
}

/** What a number of users needs, each with its name in the table. */
function computeColumn(figures: Figures, users: number): Record<string, string> {
  const assume = (name: string, unit: string) => figures(name, unit);
  const active = (users * assume("users who are active on a day", "percent")) / 100;
  const perDay = {
    signIns: active * assume("sign-ins", "a day for each active user"),
    refreshes: active * assume("refreshes", "a day for each active user"),
    checks: active * assume("checks of tokens", "a day for each active user"),
    changes: active * assume("announced changes", "a day for each active user"),
  };
  const peak = assume("requests in the busiest second", "times the mean");
  const perSecond = (daily: number) => (peak * daily) / secondsPerDay;
  const share = assume("processors in use at the peak", "percent") / 100;
  const cores = (microseconds: number) => microseconds / 1_000_000 / share;

  const signIns = perSecond(perDay.signIns);
  const refreshes = perSecond(perDay.refreshes);
  const checks = perSecond(perDay.checks);
  const records = signIns + refreshes;
  const changes = perSecond(perDay.changes);
  const sum = (unit: string) =>
    signIns * figures("a sign-in without its hash", unit) +
    refreshes * figures("a refresh", unit) +
    // Each new token is read once by a replica that has not seen its session.
    records * figures("the first use of a session's token", unit);
  const hashing = cores(signIns * figures("a password hash of cost 12", "µs, process"));
  const serving = cores(
    sum("µs, process") + checks * figures("a check of a token in the cache", "µs, process"),
  );
  const replicas = Math.max(
    2,
    Math.ceil((hashing + serving) / assume("processors of a replica", "processors")),
  );
  const walPerDay =
    perDay.signIns * figures("a sign-in without its hash", "bytes of WAL") +
    perDay.refreshes * figures("a refresh", "bytes of WAL");
  const kept = (days: number) =>
    (perDay.signIns + perDay.refreshes) * days * figures("a row of the audit log", "bytes");
  const sessions = perDay.signIns * assume("a session's row is kept", "days");
  return {
    "sign-ins a second": number(signIns),
    "refreshes a second": number(refreshes),
    "checks of tokens a second": number(checks),
    "rows of the audit log a second": number(records),
    "announced changes a second": number(changes),
    "processors for hashing": number(hashing),
    "processors for everything else": number(serving),
    "replicas, two at least": number(replicas),
    "connections to Postgres": number(replicas * assume("connections of a replica", "connections")),
    "token caches of all replicas together, GB": number(
      (active * assume("a token in the cache", "bytes of memory")) / 1e9,
    ),
    "processors of Postgres": number(cores(sum("µs, Postgres"))),
    "WAL, MB a second": number((peak * walPerDay) / secondsPerDay / 1e6),
    "WAL, GB a day": number(walPerDay / 1e9),
    "users, GB": number(
      (users * figures("a user, with a role, a username and a known device", "bytes")) / 1e9,
    ),
    "sessions, GB": number((sessions * figures("a session", "bytes")) / 1e9),
    "audit log of 365 days, GB": number(kept(365) / 1e9),
    "audit log of 30 days, GB": number(kept(30) / 1e9),
    "sealing, percent of what is possible": number(
      (100 * records) / figures("rows sealed by all replicas together", "a second"),
    ),
    "announcing, percent of what is possible": number(
      (100 * changes) / figures("announced changes", "a second"),
    ),
  };
}

/** Two digits, without powers of ten. */
function number(value: number): string {
  if (value === 0) return "0";
  const rounded = Number(value.toPrecision(2));
  return rounded < 0.01 ? "< 0.01" : rounded.toLocaleString("en-US");
}

if (import.meta.main) {
  const document = Bun.file(scalingDocument);
  await Bun.write(document, withComputedTable(await document.text()));
}
