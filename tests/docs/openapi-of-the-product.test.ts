import { Validator } from "@seriousme/openapi-schema-validator";
import { expect, test } from "bun:test";

import { startTestApp } from "../support/test-app.ts";

interface Operation {
  operationId: string;
  summary: string;
  description: string;
  tags: string[];
  security: unknown[];
  requestBody?: { content: Record<string, unknown> };
  responses: Record<string, { description: string; content?: unknown }>;
}

test("the product's document is valid, and every operation is described, typed and has its access stated", async () => {
  await using app = await startTestApp();
  const answer = await app.call("GET", "/openapi.json");
  expect(answer.status).toBe(200);
  const result = await new Validator().validate(structuredClone(answer.json));
  expect(result).toMatchObject({ valid: true });

  const paths: Record<string, Record<string, Operation>> = answer.json.paths;
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      name: `${method} ${path}`,
      operation,
    })),
  );
  expect(operations.length).toBeGreaterThanOrEqual(13);
  for (const { name, operation } of operations) {
    const faults = [
      operation.operationId ? "" : "operationId",
      operation.summary ? "" : "summary",
      operation.description ? "" : "description",
      operation.tags.length > 0 ? "" : "tag",
      Array.isArray(operation.security) ? "" : "security",
      Object.values(operation.responses).every(({ description }) => description) ? "" : "responses",
    ].filter((fault) => fault !== "");
    expect({ name, faults }).toEqual({ name, faults: [] });
  }
  expect(Object.keys(paths["/oauth/token"]?.["post"]?.requestBody?.content ?? {})).toEqual([
    "application/x-www-form-urlencoded",
  ]);
  expect(Object.keys(answer.json.components.securitySchemes)).toEqual([
    "bearer",
    "password",
    "client",
  ]);
  expect(answer.json.components.schemas.Error).toBeDefined();
});
