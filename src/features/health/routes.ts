import { Elysia } from "elysia";

import type { RouteKit } from "../../platform/http/route-kit.ts";
import type { Platform } from "../../platform/platform.ts";
import { type HealthState, isConnected } from "./health-state.ts";
import { healthSchema, livenessSchema } from "./model.ts";

const tags = ["Health"];

/** For load balancers and orchestrators: is it alive, is it ready, is its database there. */
export function healthRoutes(
  kit: RouteKit,
  platform: Platform,
  version: string,
  state: HealthState,
) {
  const service = platform.settings.serviceName;

  function report(isHealthy: boolean, hasDatabase: boolean) {
    return {
      status: isHealthy ? ("healthy" as const) : ("unhealthy" as const),
      service,
      version,
      database: hasDatabase ? ("connected" as const) : ("disconnected" as const),
      timestamp: platform.clock.now().toISOString(),
    };
  }

  return new Elysia({ prefix: "/health" })
    .use(kit)
    .get(
      "",
      async ({ set }) => {
        const hasDatabase = state.phase !== "starting" && (await isConnected(state));
        if (!hasDatabase) set.status = 503;
        return report(hasDatabase, hasDatabase);
      },
      {
        anyone: true,
        response: { 200: healthSchema, 503: healthSchema },
        detail: {
          operationId: "health",
          tags,
          summary: "Is the service healthy?",
          description: "503 while the database does not answer.",
        },
      },
    )
    .get(
      "/live",
      () => ({
        status: "alive" as const,
        service,
        version,
        timestamp: platform.clock.now().toISOString(),
      }),
      {
        anyone: true,
        response: { 200: livenessSchema },
        detail: {
          operationId: "liveness",
          tags,
          summary: "Is the process alive?",
          description: "Never asks the database. Restart the process when this fails.",
        },
      },
    )
    .get(
      "/ready",
      async ({ set }) => {
        const hasDatabase = state.phase !== "starting" && (await isConnected(state));
        const isReady = hasDatabase && state.phase === "serving";
        if (!isReady) set.status = 503;
        return report(isReady, hasDatabase);
      },
      {
        anyone: true,
        response: { 200: healthSchema, 503: healthSchema },
        detail: {
          operationId: "readiness",
          tags,
          summary: "Should requests be sent here?",
          description: "503 while starting, draining, unmigrated or without a database.",
        },
      },
    );
}
