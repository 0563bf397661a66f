import { expect, setDefaultTimeout, test } from "bun:test";

import { createMigratedHome } from "../support/executable-home.ts";
import { startGatehouse } from "../support/executable.ts";
import { typesIn, valuesIn } from "../support/scrape.ts";

setDefaultTimeout(60_000);

test("the executable writes its metrics in both formats", async () => {
  await using home = await createMigratedHome("embedded");
  await using server = await startGatehouse(home);
  const { text } = await server.call("GET", "/metrics");
  const values = valuesIn(text);
  expect(values.get("gatehouse_database_up")).toBe(1);
  expect(values.get("process_start_time_seconds")).toBeGreaterThan(0);
  expect(text).toMatch(
    /gatehouse_build_info\{version="[\d.]+",commit="[0-9a-f]{7,40}(-dirty)?"\} 1/,
  );
  const accept = "application/openmetrics-text";
  const open = await server.call("GET", "/metrics", { headers: { accept } });
  expect(open.text).toEndWith("# EOF\n");
  expect(typesIn(open.text)).toMatchObject({ gatehouse_sign_ins: "counter" });
});
