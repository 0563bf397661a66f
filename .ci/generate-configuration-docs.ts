/** Writes `.env.example` and `docs/configuration.md` from the definitions of the settings. A test compares them. */
import { renderConfigurationDocs } from "../src/platform/config/configuration-docs.ts";
import { renderEnvExample } from "../src/platform/config/env-example.ts";

await Bun.write(new URL("../.env.example", import.meta.url), renderEnvExample());
await Bun.write(new URL("../docs/configuration.md", import.meta.url), renderConfigurationDocs());
