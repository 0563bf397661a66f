import type { Import, SourceFile } from "../scan-file.ts";
import { type Rule, type Violation, featureOf, productFiles } from "../source-tree.ts";

/** The rings from the inside out: a file imports from its own ring and from those before it. */
const rings = ["kernel", "platform", "features", "app"];

/** The tier of every feature: one imports another only where that one's tier is lower. */
export const featureTiers: Readonly<Record<string, number>> = {
  pages: 10,
  "email-verification": 8,
  "user-import": 8,
  "user-administration": 8,
  oauth2: 10,
  "device-authorization": 9,
  "end-session": 8,
  authorization: 8,
  "email-change": 8,
  "own-account": 8,
  "second-factor": 8,
  posts: 7,
  passwords: 7,
  "passkey-sign-in": 7,
  "social-login": 7,
  "magic-links": 7,
  "sign-in": 6,
  "sign-in-methods": 6,
  access: 4,
  consents: 4,
  mfa: 4,
  identities: 4,
  passkeys: 5,
  "client-registration": 5,
  sessions: 3,
  "email-challenges": 2,
  tokens: 1,
  mail: 1,
  keys: 1,
  roles: 1,
  clients: 2,
  webhooks: 2,
  limits: 1,
  users: 0,
  audit: 0,
  devices: 0,
  events: 0,
};

/** Features that import no other and that no other imports. */
const featuresApart = new Set(["health"]);

/** Imports only point inwards: app → features → platform → kernel. */
export const ringRules: readonly Rule[] = [
  { name: "rings", check: (tree) => eachImport(productFiles(tree), checkRing) },
  { name: "feature tiers", check: (tree) => eachImport(productFiles(tree), checkTier) },
  { name: "feature folders", check: (tree) => checkFolders(productFiles(tree)) },
  { name: "plain imports", check: (tree) => eachImport(productFiles(tree), checkPlain) },
];

type Complaint = string | null;

function eachImport(
  files: readonly SourceFile[],
  complain: (file: SourceFile, found: Import) => Complaint,
): Violation[] {
  return files.flatMap((file) =>
    file.imports.flatMap((found) => {
      const message = complain(file, found);
      return message === null ? [] : [{ path: file.path, line: found.line, message }];
    }),
  );
}

function checkRing(file: SourceFile, { target, names }: Import): Complaint {
  if (target === null) return null;
  if (!target.startsWith("src/")) {
    if (!/\.[cm]?[jt]sx?$/.test(target)) return null;
    return `${target} is outside src/: the product imports no code from there; move what it needs into a ring.`;
  }
  if (file.path === "src/main.ts") {
    const forItsEffect = names.length === 0 && target.startsWith("src/platform/config/");
    if (target.startsWith("src/app/") || forItsEffect) return null;
    return `main.ts imports from src/app alone, and platform/config for its effect: move this into src/app.`;
  }
  const from = ringOf(file.path);
  const to = ringOf(target);
  if (from === -1) return `${file.path} is in no ring: move it into src/{${rings.join(",")}}/.`;
  if (to === -1) return `${target} is in no ring: import from src/{${rings.join(",")}}/ alone.`;
  if (from >= to) return null;
  return `${rings[from]} imports from ${rings[to]}: turn the arrow round, by a parameter or by moving the code to ${rings[from]}.`;
}

function ringOf(path: string): number {
  return rings.indexOf(path.split("/")[1] ?? "");
}

function checkTier(file: SourceFile, { target }: Import): Complaint {
  const from = featureOf(file.path);
  const to = target === null ? null : featureOf(target);
  if (from === null || to === null || from === to) return null;
  if (featuresApart.has(from) || featuresApart.has(to)) {
    return `${featuresApart.has(from) ? from : to} stands apart: it imports no feature and none imports it.`;
  }
  if (target !== `src/features/${to}/index.ts`) {
    return `${from} reaches into ${to}: import from ../${to}/index.ts, and export there what others may use.`;
  }
  const fromTier = featureTiers[from];
  const toTier = featureTiers[to];
  if (fromTier === undefined || toTier === undefined || fromTier > toTier) return null;
  return `${from} (tier ${fromTier}) imports ${to} (tier ${toTier}): only a lower tier may be imported; let the caller above join the two.`;
}

function checkFolders(files: readonly SourceFile[]): Violation[] {
  const violations: Violation[] = [];
  const paths = new Set(files.map((file) => file.path));
  const seen = new Set<string>();
  for (const path of paths) {
    if (!path.startsWith("src/features/")) continue;
    const name = featureOf(path);
    if (name === null) {
      violations.push({
        path,
        line: 1,
        message: "A file directly in src/features/: move it to the folder of a feature.",
      });
    } else if (!seen.has(name)) {
      seen.add(name);
      if (!(name in featureTiers) && !featuresApart.has(name)) {
        violations.push({
          path,
          line: 1,
          message: `The feature ${name} has no tier: give it one in featureTiers.`,
        });
      }
      if (!paths.has(`src/features/${name}/index.ts`)) {
        violations.push({
          path,
          line: 1,
          message: `The feature ${name} has no index.ts: write its public face there.`,
        });
      }
    }
  }
  return violations;
}

function checkPlain(_file: SourceFile, { specifier, target }: Import): Complaint {
  if (specifier === null)
    return "An import of a computed name cannot be checked: write the name as a plain string.";
  if (target === null || /\.\w+$/.test(target)) return null;
  return `${specifier} has no extension: write the whole file name.`;
}
