import { closingBracket } from "../brackets.ts";
import type { SourceFile } from "../scan-file.ts";
import { type Rule, type Violation, belongsTo, productFiles } from "../source-tree.ts";

/** An effect that only some files may use, and the pattern of its use. */
interface Effect {
  readonly name: string;
  readonly owners: readonly string[];
  /** Its uses, in code whose strings and comments are blanked. */
  readonly uses: readonly RegExp[];
  /** The modules that also give it, and the names it has there. */
  readonly imported?: { readonly from: RegExp; readonly names: RegExp };
  readonly advice: string;
}

const randomNames = "(?:getRandomValues|random(?:UUID\\w*|Bytes|Int|Fill(?:Sync)?)|webcrypto)";

const effects: readonly Effect[] = [
  {
    name: "environment",
    owners: ["src/platform/config"],
    uses: [
      /\b(?:process|Bun|import\.meta)\s*(?:\?\.|\.)\s*env\b/g,
      /\bprocess\s*(?:\?\.)?\[/g,
      /\{[^{}]*\benv\b[^{}]*\}\s*=\s*(?:globalThis\.)?(?:process|Bun)\b/g,
    ],
    imported: { from: /^(?:(?:node:)?process|bun)$/, names: /^(?:env|\*)$/ },
    advice: "Only platform/config reads the environment: take the setting as an argument.",
  },
  {
    name: "clock",
    owners: ["src/kernel/clock"],
    uses: [
      /\bDate\s*\.\s*now\b/g,
      /\bnew\s+Date\b(?!\s*\()/g,
      /(?<![\w$.])(?:new\s+)?Date\s*\(\s*\)/g,
      /\bperformance\s*\.\s*(?:now|timeOrigin)\b/g,
      /\bprocess\s*\.\s*(?:hrtime|uptime)\b/g,
      /\bBun\s*\.\s*nanoseconds\b/g,
      /\bTemporal\s*\.\s*Now\b/g,
    ],
    imported: {
      from: /^(?:(?:node:)?(?:perf_hooks|process)|bun)$/,
      names: /^(?:performance|hrtime|uptime|nanoseconds)$/,
    },
    advice: "Only kernel/clock reads the time: take it from the clock in ctx.",
  },
  {
    name: "randomness",
    owners: ["src/kernel/random"],
    uses: [
      new RegExp(`\\b(?:crypto|Bun)\\s*\\.\\s*${randomNames}\\b`, "g"),
      /\bMath\s*\.\s*random\b/g,
    ],
    imported: {
      from: /^(?:(?:node:)?crypto|bun)$/,
      names: new RegExp(`^(?:${randomNames}|\\*)$`),
    },
    advice:
      "Only kernel/random generates random values (import other parts of node:crypto by name): use its exports.",
  },
  {
    name: "outgoing HTTP",
    owners: ["src/platform/http-client"],
    uses: [
      /\b(?:globalThis|window|self|Bun)\s*\.\s*fetch\b/g,
      /(?<![\w$.]|typeof )fetch\b(?!\s*\??:)/g,
    ],
    imported: { from: /^bun$/, names: /^fetch$/ },
    advice:
      "Only platform/http-client calls fetch, with its checks of address, size and time: use it.",
  },
  {
    name: "console",
    owners: ["src/platform/log"],
    uses: [/(?<![\w$.])console\b(?!\s*\??:)/g, /\bglobalThis\s*\.\s*console\b/g],
    imported: { from: /^(?:node:)?console$/, names: /./ },
    advice:
      "Only platform/log writes to the console: log through it, or return what a command prints.",
  },
  {
    name: "announcements",
    owners: [
      "src/platform/db/commit",
      "src/platform/outbox/enqueue",
      "src/features/audit/record-audit",
    ],
    uses: [
      /\.\s*(?:announce|outboxWritten)\b/g,
      /\{[^{}]*\b(?:announce|outboxWritten)\b[^{}]*\}\s*=(?!>)/g,
    ],
    advice:
      "Only commit announces changes and wakes the outbox: let the change say what it announces, and the effect that it wakes.",
  },
  {
    name: "terminal",
    owners: ["src/app/cli", "src/platform/log"],
    uses: [/\bprocess\s*\.\s*std(?:out|err)\s*\.\s*(?:write|end)\b/g],
    advice: "Only app/cli writes to the terminal: return the text to it, or log it.",
  },
];

/** Each effect is used in one place only. */
export const effectRules: readonly Rule[] = effects.map((effect) => ({
  name: effect.name,
  check: (tree) =>
    productFiles(tree)
      .filter((file) => !effect.owners.some((owner) => belongsTo(file.path, owner)))
      .flatMap((file) => violationsIn(file, effect)),
}));

function violationsIn(file: SourceFile, { uses, imported, advice }: Effect): Violation[] {
  const used = uses
    .flatMap((use) => [...file.code.matchAll(use)])
    .filter((match) => !namesMethod(file.code, match.index, match[0]))
    .map((match) => file.lineAt(match.index));
  const taken = file.imports
    .filter(({ packageName, names }) =>
      imported?.from.test(packageName ?? "")
        ? names.some((name) => imported.names.test(name))
        : false,
    )
    .map((found) => found.line);
  return [...new Set([...used, ...taken])].map((line) => ({
    path: file.path,
    line,
    message: advice,
  }));
}

/** Whether `name(…) {` is the definition of a method, as in `Bun.serve({ fetch(request) { … } })`. */
function namesMethod(code: string, offset: number, name: string): boolean {
  const openAt = offset + name.length;
  if (
    code[openAt] !== "(" ||
    !/[{,]\s*(?:async\s+)?$/.test(code.slice(Math.max(0, offset - 200), offset))
  )
    return false;
  return /^\s*(?::[^;=()]*)?\{/.test(code.slice(closingBracket(code, openAt) + 1));
}
