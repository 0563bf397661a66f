import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { startTestApp, type TestApp, type TestAppOptions } from "./test-app.ts";

/** A running app, and a temporary folder with its document in `openapi.json`. */
export interface DescribedApp extends AsyncDisposable {
  readonly app: TestApp;
  readonly folder: string;
  readonly documentPath: string;
}

/** Starts an app and writes its document, as `GET /openapi.json` serves it. */
export async function startDescribedApp(options: TestAppOptions = {}): Promise<DescribedApp> {
  const app = await startTestApp(options);
  const folder = await mkdtemp(join(tmpdir(), "gatehouse-openapi-"));
  const documentPath = join(folder, "openapi.json");
  const { text } = await app.call("GET", "/openapi.json");
  await Bun.write(documentPath, text);
  return {
    app,
    folder,
    documentPath,
    async [Symbol.asyncDispose]() {
      await app[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
