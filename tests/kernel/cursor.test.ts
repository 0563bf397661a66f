import { expect, test } from "bun:test";

import { decodeCursor, encodeCursor } from "../../src/kernel/cursor.ts";
import { AppError } from "../../src/kernel/errors.ts";
import { isUuid } from "../../src/kernel/ids.ts";
import { pageOf } from "../../src/kernel/page.ts";

const position = "019a0000-0000-7000-8000-000000000001";
const cursor = encodeCursor("clients", position);

function refusal(list: string, text: string): unknown {
  try {
    return decodeCursor(list, text, isUuid);
  } catch (error) {
    return error instanceof AppError ? error.detail.faults?.[0]?.field : error;
  }
}

test("a cursor is parsed back to its position, and is URL-safe", () => {
  expect(decodeCursor("clients", cursor, isUuid)).toBe(position);
  expect(cursor).toMatch(/^[\w-]+$/);
  expect(cursor).not.toContain(position);
});

test("a cursor with any one character changed, dropped or added is refused", () => {
  for (let index = 0; index < cursor.length; index += 1) {
    const before = cursor.slice(0, index);
    const other = cursor[index] === "A" ? "B" : "A";
    const changed = [
      `${before}${other}${cursor.slice(index + 1)}`,
      `${before}${cursor.slice(index + 1)}`,
      `${before}!${cursor.slice(index)}`,
    ];
    for (const text of changed) expect([text, refusal("clients", text)]).toEqual([text, "cursor"]);
  }
});

test("a cursor of another list, of a position of another form, and a malformed one are refused", () => {
  const others = [
    encodeCursor("users", position),
    encodeCursor("clients", "1"),
    "",
    "=",
    "\0",
    "é",
  ];
  for (const text of others) expect([text, refusal("clients", text)]).toEqual([text, "cursor"]);
});

test("a page has a next cursor only when there are more rows", () => {
  const cursorOf = String;
  expect(pageOf([], 2, cursorOf)).toEqual({ items: [], nextCursor: null });
  expect(pageOf([1, 2], 2, cursorOf)).toEqual({ items: [1, 2], nextCursor: null });
  expect(pageOf([1, 2, 3], 2, cursorOf)).toEqual({ items: [1, 2], nextCursor: "2" });
});
