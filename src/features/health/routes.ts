import { Elysia } from "elysia";

import { version } from "../../kernel/version.ts";
import type { RouteParts } from "../../platform/http/route-kit.ts";
import { type HealthState, isConnected } from "./health-state.ts";
import { healthSchema, livenessSchema } from "./model.ts";

const tags = ["Health"];

/** Health checks for load balancers and orchestrators. */
export function healthRoutes({
  kit,
  platform,
  health,
}: Pick<RouteParts, "kit" | "platform"> & { readonly health: HealthState }) {
  const service = platform.settings.serviceName;

  function report(isHealthy: boolean, hasDatabase: boolean) {
    return {
      status: isHealthy ? ("healthy" as const) : ("unhealthy" as const),
      service,
      version,
      database: hasDatabase ? ("connected" as const) : ("disconnected" as const),
      ...(hasDatabase && health.database.refusesWrites() ? { writes: "refused" as const } : {}),
      timestamp: platform.clock.now().toISOString(),
    };
  }

  return new Elysia({ prefix: "/health" })
    .use(kit)
    .get(
      "",
      async ({ set }) => {
        const hasDatabase = health.phase !== "starting" && (await isConnected(health));
        if (!hasDatabase) set.status = 503;
        return report(hasDatabase, hasDatabase);
      },
      {
        anyone: true,
        response: { 200: healthSchema, 503: healthSchema },
        detail: {
          operationId: "health",
          tags,
          summary: "Check the service's health",
          description: "503 while the database does not respond.",
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
          summary: "Check that the process is alive",
          description: "Does not use the database. Restart the process when this check fails.",
        },
      },
    )
    .get(
      "/ready",
      async ({ set }) => {
        const hasDatabase = health.phase !== "starting" && (await isConnected(health));
        const isReady = hasDatabase && health.phase === "serving";
        if (!isReady) set.status = 503;
        return report(isReady, hasDatabase);
      },
      {
        anyone: true,
        response: { 200: healthSchema, 503: healthSchema },
        detail: {
          operationId: "readiness",
          tags,
          summary: "Check whether the service accepts requests",
          description:
            "503 while the service is starting, draining, unmigrated, or without a database.",
        },
      },
    );
}
