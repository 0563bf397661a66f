export { type HealthState, isConnected } from "./health-state.ts";
export { healthRoutes } from "./routes.ts";
