import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdir, mkdtemp, rm, symlink, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { contrastOf, formatColor, parseColor } from "../../src/kernel/color.ts";
import { isVisibleOnCard, paletteOf } from "../../src/platform/brand/palette.ts";
import { logos } from "../support/logos.ts";
import { load, problemsOf } from "./load.ts";

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "gatehouse-logo-"));
});
afterAll(() => rm(directory, { recursive: true }));

/** What is wrong with these settings, as an operator reads it. */
function refusal(settings: Record<string, string>): string {
  return problemsOf(settings)
    .map(({ name, issue }) => `${name} ${issue}`)
    .join("\n");
}

describe("the colour of a brand", () => {
  test.each([
    "#ffffff",
    "#ffeb3b",
    "#aaaaaa",
    "#9b9b9b",
    "red",
    "#fff",
    "rgb(0,0,0)",
    "#12345",
    "#00000g",
  ])("%s is refused: a button in it could not be seen on white, or it is no colour", (color) => {
    const message = refusal({ BRAND_COLOR: color });
    expect(message).toContain("BRAND_COLOR");
    expect(message).toContain("a contrast of at least 3");
    expect(message).not.toContain(color);
  });

  test.each([
    ["#000000", "#000000"],
    ["#949494", "#949494"],
    ["#D0410F", "#d0410f"],
  ])("%s is accepted", (color, expected) => {
    expect(load({ BRAND_COLOR: color }).settings.brandColor).toBe(expected);
  });

  // WCAG 2.2 §1.4.3 and §1.4.11
  test("every accepted colour gives readable buttons, links and focus in both schemes", () => {
    const contrast = (one: string, other: string) =>
      contrastOf(parseColor(one) ?? [0, 0, 0], parseColor(other) ?? [0, 0, 0]);
    const levels = [0, 51, 102, 153, 204, 255];
    const accepted = levels
      .flatMap((red) =>
        levels.flatMap((green) => levels.map((blue) => [red, green, blue] as const)),
      )
      .filter(isVisibleOnCard);
    expect(accepted.length).toBeGreaterThan(100);
    for (const color of accepted) {
      const { light, dark } = paletteOf(formatColor(color));
      for (const scheme of [light, dark]) {
        const { button, onButton, accent, back, card, soft } = scheme;
        const texts = [
          contrast(button, onButton),
          ...[back, card, soft].map((each) => contrast(accent, each)),
        ];
        expect([color, Math.min(...texts) >= 4.5]).toEqual([color, true]);
        expect([color, contrast(button, card) >= 3]).toEqual([color, true]);
      }
    }
  });

  test("every other colour of both schemes is readable on every surface", () => {
    const { light, dark } = paletteOf("#1f5fd0");
    for (const { ink, quiet, bad, onBad, good, back, card, soft, line } of [light, dark]) {
      const contrast = (one: string, other: string) =>
        contrastOf(parseColor(one) ?? [0, 0, 0], parseColor(other) ?? [0, 0, 0]);
      for (const text of [ink, quiet]) {
        for (const surface of [back, card, soft]) {
          expect(contrast(text, surface)).toBeGreaterThanOrEqual(4.5);
        }
      }
      for (const text of [bad, good]) expect(contrast(text, card)).toBeGreaterThanOrEqual(4.5);
      expect(contrast(bad, onBad)).toBeGreaterThanOrEqual(4.5);
      expect(contrast(line, card)).toBeGreaterThanOrEqual(3);
    }
  });
});

describe("the logo of a brand", () => {
  test.each(Object.entries(logos))("may be a %s file, whatever its name", async (name, image) => {
    const path = join(directory, `${name}.txt`);
    await writeFile(path, image.bytes);
    const { brandLogo } = load({ BRAND_LOGO: path }).settings;
    expect(brandLogo).toMatchObject({ path, mediaType: image.mediaType });
    expect(Buffer.from(brandLogo?.base64 ?? "", "base64")).toEqual(image.bytes);
  });

  test("has another version with another content", async () => {
    const versions = await Promise.all(
      ["one", "two"].map(async (text) => {
        const path = join(directory, `version-${text}`);
        await writeFile(path, `<svg><!-- ${text} --></svg>`);
        return load({ BRAND_LOGO: path }).settings.brandLogo?.version;
      }),
    );
    expect(new Set(versions).size).toBe(2);
  });

  test("of 256 KiB is accepted, and of one byte more is refused", async () => {
    const path = join(directory, "large");
    await writeFile(path, logos.png.bytes);
    await truncate(path, 262_144);
    expect(load({ BRAND_LOGO: path }).settings.brandLogo?.mediaType).toBe("image/png");
    await truncate(path, 262_145);
    expect(refusal({ BRAND_LOGO: path })).toContain("at most 256 KiB");
  });

  test("that is missing, a directory, a pipe, a page, empty or no image is refused, and not named", async () => {
    const at = (name: string) => join(directory, name);
    await mkdir(at("folder"));
    Bun.spawnSync(["mkfifo", at("pipe")]);
    await symlink("/dev/zero", at("device"));
    await writeFile(at("page"), "<html><svg></svg></html>");
    await writeFile(at("gif"), "GIF89a");
    await writeFile(at("riff"), "RIFF____WAVE");
    await writeFile(at("binary"), Buffer.from([0x3c, 0xff, 0xfe]));
    await writeFile(at("empty"), "");
    for (const name of [
      "missing",
      "folder",
      "pipe",
      "device",
      "page",
      "gif",
      "riff",
      "binary",
      "empty",
    ]) {
      const message = refusal({ BRAND_LOGO: at(name) });
      expect([name, message]).toEqual([name, expect.stringContaining("BRAND_LOGO")]);
      expect(message).not.toContain(directory);
    }
  });
});

test.each([
  ["APP_URL", "javascript:alert(1)"],
  ["APP_URL", "https://user:pass@app.example.com"],
  ["APP_URL", "//app.example.com"],
  ["SUPPORT_EMAIL", "help@acme.example?bcc=eve@evil.example"],
  ["SUPPORT_EMAIL", "Help <help@acme.example>"],
  ["BRAND_NAME", "Acme\r\nBcc: eve@evil.example"],
  ["BRAND_NAME", "x".repeat(65)],
])("%s=%j is refused", (name, value) => {
  expect(refusal({ [name]: value })).toContain(name);
});

test("the name of a brand is that of the service unless it is set", () => {
  expect(load({ SERVICE_NAME: "Acme" }).settings.brandName).toBe("Acme");
  const named = load({ SERVICE_NAME: "acme-auth", BRAND_NAME: "Acme" }).settings;
  expect([named.serviceName, named.brandName]).toEqual(["acme-auth", "Acme"]);
});

// security 124
test("the application must be reached by https in production", () => {
  const message = refusal({ ENVIRONMENT: "production", APP_URL: "http://app.example.com" });
  expect(message).toMatch(/APP_URL.*https/);
});
