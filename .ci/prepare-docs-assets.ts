import { createHash } from "node:crypto";
import { mkdir, rename } from "node:fs/promises";
import { basename, join } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";

const root = join(import.meta.dir, "..");
const target = join(root, "dist/assets/docs");

/** The encodings in which a file is written, by its extension. */
const encodings: Record<string, (bytes: Uint8Array) => Promise<Uint8Array>> = {
  br: (bytes) =>
    promisify(brotliCompress)(bytes, {
      params: {
        [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
        [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT,
        [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
      },
    }),
  gz: (bytes) => promisify(gzip)(bytes, { level: constants.Z_BEST_COMPRESSION }),
};

const sources = [
  "node_modules/swagger-ui-dist/swagger-ui-bundle.js",
  "node_modules/swagger-ui-dist/swagger-ui.css",
  "node_modules/redoc/bundles/redoc.standalone.js",
  "src/app/docs/swagger-page.js",
  "src/app/docs/swagger-page.css",
  "src/app/docs/redoc-page.css",
  "src/app/docs/redoc-page.js",
];

// ReDoc loads the logo beside "API docs by" from its vendor's host, with any options.
const redoclyLogo = `data:image/svg+xml,${encodeURIComponent(
  `<svg xmlns="http://www.w3.org/2000/svg" width="48" height="14"><text y="11" font-family="sans-serif" font-size="12" fill="#0044d4">Redocly</text></svg>`,
)}`;
// It colours code with style attributes, which the policy of the page forbids: redoc-page.css has the colours instead.
const replacements: Record<string, Readonly<Record<string, string>>> = {
  "redoc.standalone.js": {
    "https://cdn.redoc.ly/redoc/logo-mini-full.svg": redoclyLogo,
    "https://cdn.redoc.ly/redoc/logo-mini.svg": redoclyLogo,
    ' style="color: var(${i})"': ' data-color="${i}"',
  },
};

/**
 * Writes `dist/assets/docs/<name>.br` and `<name>.gz` for every file that the documentation pages load. Files whose source has
 * not changed are skipped, and files are written atomically, so that two runs may overlap.
 */
export async function prepareDocsAssets(): Promise<void> {
  await mkdir(target, { recursive: true });
  await Promise.all(sources.map(prepare));
}

async function prepare(source: string): Promise<void> {
  const bytes = withReplacements(basename(source), await Bun.file(join(root, source)).text());
  const stamp = createHash("sha256").update(bytes).digest("hex");
  for (const [extension, compress] of Object.entries(encodings)) {
    const path = join(target, `${basename(source)}.${extension}`);
    const stampPath = `${path}.source-sha256`;
    const [oldStamp, exists] = await Promise.all([readOrEmpty(stampPath), Bun.file(path).exists()]);
    if (exists && oldStamp === stamp) continue;
    await writeWhole(path, await compress(bytes));
    await writeWhole(stampPath, stamp);
  }
}

function withReplacements(name: string, text: string): Uint8Array {
  let result = text;
  for (const [original, replacement] of Object.entries(replacements[name] ?? {})) {
    if (!result.includes(original))
      throw new Error(`${name} no longer contains ${original}: find out what it contains instead`);
    result = result.replaceAll(original, () => replacement);
  }
  return new TextEncoder().encode(result);
}

async function readOrEmpty(path: string): Promise<string> {
  const file = Bun.file(path);
  return (await file.exists()) ? await file.text() : "";
}

async function writeWhole(path: string, content: string | Uint8Array): Promise<void> {
  const draft = `${path}.${crypto.randomUUID()}`;
  await Bun.write(draft, content);
  await rename(draft, path);
}

if (import.meta.main) await prepareDocsAssets();
