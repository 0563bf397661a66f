import { createApp } from "../../src/app/create-app.ts";
import { createPlatform, type RunningPlatform } from "../../src/app/create-platform.ts";
import type { Handler } from "../../src/app/edge/handle.ts";
import type { Settings } from "../../src/platform/config/settings.ts";
import type { Answer, Call } from "./http-call.ts";
import { quietLog } from "./quiet-log.ts";
import { routeAsServer } from "./route-as-server.ts";
import type { TestApp } from "./test-app.ts";

/** A replica that only handles requests: no server, no workers, no health checks. Its statements are those of its requests. */
export interface CountedApp extends AsyncDisposable {
  readonly platform: RunningPlatform;
  /** How many statements were sent to the database so far. */
  readonly statements: number;
  /** The application itself, for a test with a server or callers of its own. */
  readonly answer: Handler;
  call(
    method: string,
    path: string,
    call?: Pick<Call, "bearer" | "json" | "headers">,
  ): Promise<Answer>;
}

/** Another replica of a test's application, or of one with settings of its own. It gets notifications of changes once `changes` is started. */
export function createCountedApp(served: TestApp, settings: Partial<Settings> = {}): CountedApp {
  let statements = 0;
  const platform = createPlatform(
    { ...served.platform.settings, ...settings },
    {
      log: quietLog,
      mailer: served.mailer,
      onStatement: () => {
        statements += 1;
      },
    },
  );
  const answer = routeAsServer(
    createApp(platform, { phase: "serving", database: platform.database }),
  );

  return {
    platform,
    get statements() {
      return statements;
    },
    answer,
    async call(method, path, { bearer, json, headers } = {}) {
      const request = new Request(`http://localhost${path}`, {
        method,
        headers: {
          "content-type": "application/json",
          ...headers,
          ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }),
        },
        ...(json === undefined ? {} : { body: JSON.stringify(json) }),
      });
      const response = await answer(request, {
        requestIP: () => ({ address: "127.0.0.1" }),
        timeout: () => undefined,
      });
      const text = await response.text();
      const isJson = response.headers.get("content-type")?.startsWith("application/json") === true;
      return {
        status: response.status,
        headers: response.headers,
        text,
        json: isJson ? JSON.parse(text) : undefined,
      };
    },
    [Symbol.asyncDispose]: () => platform.database.close(),
  };
}
