import type { Import, SourceFile } from "../scan-file.ts";
import {
  type Rule,
  type SourceTree,
  type Violation,
  belongsTo,
  featureOf,
  isRoutesFile,
  productFiles,
} from "../source-tree.ts";

/** Where each package may be imported, and nowhere else in `src/`. */
export const packageHomes: Readonly<Record<string, readonly string[]>> = {
  "@electric-sql/pglite": ["src/platform/db"],
  "@elysiajs/jwt": ["src/platform/jwt"],
  "@elysiajs/swagger": ["src/app"],
  "@nats-io/jetstream": ["src/platform/brokers"],
  "@nats-io/transport-node": ["src/platform/brokers"],
  "@platformatic/kafka": ["src/platform/brokers"],
  "@opentelemetry/api": ["src/platform/tracing"],
  "@opentelemetry/core": ["src/platform/tracing"],
  "@opentelemetry/otlp-transformer": ["src/platform/tracing"],
  "@opentelemetry/resources": ["src/platform/tracing"],
  "@opentelemetry/sdk-trace": ["src/platform/tracing"],
  amqplib: ["src/platform/brokers"],
  "@simplewebauthn/server": ["src/features/passkeys"],
  arctic: ["src/features/social-login/providers"],
  commander: ["src/app/cli"],
  "damerau-levenshtein": ["src/platform/config"],
  "ipaddr.js": ["src/platform"],
  jose: ["src/platform/jwt"],
  nodemailer: ["src/platform/mail"],
  otpauth: ["src/platform/totp"],
  pino: ["src/platform/log"],
  "pino-pretty": ["src/platform/log"],
  "postal-mime": ["src/platform/mail"],
  "prom-client": ["src/platform/metrics"],
  postgres: ["src/platform/db"],
  "reflect-metadata": ["src/features/passkeys"],
  "node:http": ["src/platform/http-client"],
  "node:https": ["src/platform/http-client"],
  uqr: ["src/platform/totp"],
  undici: ["src/platform/http-client"],
};

/** What `model.ts` may take from Elysia: its schemas, and the types drawn from them. */
const schemaNames = new Set(["t", "Static", "TSchema"]);

/** Which packages may be imported where. */
export const packageRules: readonly Rule[] = [
  { name: "package homes", check: (tree) => eachPackage(tree, checkHome) },
  { name: "runtime packages", check: checkDeclared },
  { name: "routes do not query", check: (tree) => eachPackage(tree, checkRoutes) },
  { name: "Elysia stays at the edge", check: (tree) => eachPackage(tree, checkElysia) },
];

function eachPackage(
  tree: SourceTree,
  complain: (file: SourceFile, packageName: string, found: Import) => string | null,
): Violation[] {
  return productFiles(tree).flatMap((file) =>
    file.imports.flatMap((found) => {
      const message = found.packageName && complain(file, found.packageName, found);
      return message ? [{ path: file.path, line: found.line, message }] : [];
    }),
  );
}

function checkHome(file: SourceFile, packageName: string): string | null {
  const homes = packageHomes[packageName];
  if (!homes || homes.some((home) => belongsTo(file.path, home))) return null;
  return `${packageName} is imported only in ${homes.join(" and ")}: use its exports.`;
}

function checkDeclared(tree: SourceTree): Violation[] {
  const dependencies = dependenciesOf(tree.get("package.json") ?? "{}");
  return eachPackage(tree, (_file, packageName) => {
    if (/^(?:node:|bun$|bun:)/.test(packageName) || dependencies.has(packageName)) return null;
    return `${packageName} is not among package.json's dependencies: add it there, or do not import it.`;
  });
}

function dependenciesOf(packageJson: string): Set<string> {
  const manifest: unknown = JSON.parse(packageJson);
  if (typeof manifest !== "object" || manifest === null || !("dependencies" in manifest))
    return new Set();
  return new Set(Object.keys(manifest.dependencies ?? {}));
}

function checkRoutes(file: SourceFile, packageName: string): string | null {
  if (featureOf(file.path) === null || !isRoutesFile(file.path)) return null;
  if (packageName !== "drizzle-orm") return null;
  return "Routes parse requests and respond; move the query into queries.ts and call it from a verb.";
}

function checkElysia(file: SourceFile, packageName: string, found: Import): string | null {
  if (packageName !== "elysia" && !packageName.startsWith("@elysiajs/")) return null;
  const feature = featureOf(file.path);
  if (feature === null) {
    if (!file.path.startsWith("src/kernel/")) return null;
    return "The kernel does not depend on HTTP: take plain values, and use Elysia in platform/http or app.";
  }
  if (feature === "pages" || isRoutesFile(file.path)) return null;
  if (!file.path.endsWith("/model.ts")) {
    return "Verbs and the files below them do not depend on HTTP: take plain input, and use Elysia in routes.ts.";
  }
  const foreign = found.names.filter((name) => !schemaNames.has(name));
  if (foreign.length === 0) return null;
  return `model.ts imports only schemas from Elysia (${[...schemaNames].join(", ")}), not ${foreign.join(", ")}: use that in routes.ts.`;
}
