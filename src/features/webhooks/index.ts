export { webhooksRoutes } from "./routes.ts";
export { sealedWebhookSecrets } from "./table.ts";
export { createWebhookKind } from "./webhook-sender.ts";
