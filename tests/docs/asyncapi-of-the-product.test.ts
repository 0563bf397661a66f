import { Parser } from "@asyncapi/parser";
import { expect, test } from "bun:test";
import { join } from "node:path";

import { withEventList } from "../../src/app/asyncapi/event-list.ts";
import { eventTypes } from "../../src/features/events/index.ts";
import { useTestApp } from "../support/test-app.ts";

const app = useTestApp();

/** Severity 0 is that of errors; the others are of the parser's own style. */
function errorsAmong(diagnostics: readonly { severity: number }[]): unknown[] {
  return diagnostics.filter(({ severity }) => severity === 0);
}

test("the served document is valid AsyncAPI 3.0 and has every event", async () => {
  const answer = await app.call("GET", "/asyncapi.json");
  expect([answer.status, answer.headers.get("content-type")]).toEqual([
    200,
    "application/json; charset=utf-8",
  ]);
  const { document, diagnostics } = await new Parser().parse(answer.text);
  expect(errorsAmong(diagnostics)).toEqual([]);
  expect(document?.version()).toBe("3.0.0");
  const messages = document?.allMessages().all() ?? [];
  expect(messages.map((message) => message.name())).toEqual([...eventTypes, "audit"]);
  for (const message of messages) {
    const data = message.payload()?.property("data");
    expect([message.name(), data?.required()]).toEqual([
      message.name(),
      expect.arrayContaining(["user_id"]),
    ]);
  }
});

test("an invalid document is refused by the validator", async () => {
  const answer = await app.call("GET", "/asyncapi.json");
  const invalid = { ...answer.json, operations: { sendEvent: { action: "shout" } } };
  const { diagnostics } = await new Parser().parse(JSON.stringify(invalid));
  expect(errorsAmong(diagnostics)).not.toEqual([]);
});

test("docs/events.md lists the events as they are; if not: bun .ci/generate-events-docs.ts", async () => {
  const page = await Bun.file(join(import.meta.dirname, "../../docs/events.md")).text();
  expect(page).toBe(withEventList(page));
});
