export type { HealthState } from "./health-state.ts";
export { healthRoutes } from "./routes.ts";
