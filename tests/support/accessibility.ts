import axe from "axe-core";
import type { Page } from "playwright-core";

/**
 * What keeps people from using a page as it is shown now, one sentence each: WCAG 2.2 on language, titles, headings, labels,
 * names, references, contrast (1.4.3, 1.4.11), size of targets (44 pixels) and reflow (1.4.10).
 */
export async function accessibilityFaults(page: Page): Promise<string[]> {
  return listed(await page.evaluate(inspection));
}

/** The violations of a page that axe-core finds. It takes a third of a second: one language of a page is enough. */
export async function axeViolations(page: Page): Promise<string[]> {
  if ((await page.evaluate("typeof axe")) === "undefined") await page.evaluate(axe.source);
  return listed(await page.evaluate(axeInspection));
}

function listed(faults: unknown): string[] {
  return Array.isArray(faults) ? faults.map(String) : ["the page could not be inspected"];
}

const axeInspection = `axe.run(document).then(({ violations }) =>
  violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => "axe " + id + ": " + html)))`;

// Runs in the browser.
const inspection = `(() => {
  const faults = [];
  const all = (selector) => [...document.querySelectorAll(selector)];
  const name = (element) => element.tagName.toLowerCase() + (element.id && "#" + element.id);

  if (!document.documentElement.lang) faults.push("no language");
  if (!document.title.trim()) faults.push("no title");
  if (all("main").length !== 1) faults.push("not one main");
  const levels = all("h1, h2, h3").map((heading) => Number(heading.tagName[1]));
  if (levels[0] !== 1 || levels.filter((level) => level === 1).length !== 1) faults.push("not one h1 on top");
  levels.forEach((level, index) => { if (level > (levels[index - 1] ?? 0) + 1) faults.push("a heading's level is left out"); });

  const ids = all("[id]").map((element) => element.id);
  if (new Set(ids).size !== ids.length) faults.push("an id is used twice");
  for (const element of all("[aria-describedby]"))
    for (const id of element.getAttribute("aria-describedby").split(" "))
      if (!document.getElementById(id)?.innerText.trim()) faults.push(name(element) + " is described by nothing");
  for (const field of all("input:not([type=hidden]), textarea, select"))
    if (![...field.labels].some((label) => label.innerText.trim())) faults.push(name(field) + " has no label");
  for (const field of all("[aria-invalid]"))
    if (!field.getAttribute("aria-describedby")?.includes("fault")) faults.push(name(field) + " does not say what is wrong");
  for (const button of all("button"))
    if (!button.innerText.trim()) faults.push("a button says nothing");
  for (const element of all("button, input:not([type=hidden]), textarea, select, summary, .button, .links a, footer a")) {
    if (!element.checkVisibility()) continue;
    if (element.tabIndex !== 0) faults.push(name(element) + " is out of the order of the keyboard");
    const target = ["checkbox", "radio"].includes(element.type) ? element.labels[0] : element;
    if (target.getBoundingClientRect().height < 44) faults.push(name(element) + " is too small to hit");
  }
  if (document.documentElement.scrollWidth > innerWidth) faults.push("wider than the screen");

  const channels = (color) => color.match(/[\\d.]+/g).map(Number);
  const backgroundOf = (element) => {
    for (let current = element; current; current = current.parentElement) {
      const [red, green, blue, alpha = 1] = channels(getComputedStyle(current).backgroundColor);
      if (alpha === 1) return [red, green, blue];
    }
    return [255, 255, 255];
  };
  const luminance = ([red, green, blue]) => {
    const [r, g, b] = [red, green, blue].map((value) => {
      const part = value / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (one, other) => {
    const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b);
    return (high + 0.05) / (low + 0.05);
  };
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const element = texts.currentNode.parentElement;
    if (!texts.currentNode.data.trim() || !element.checkVisibility()) continue;
    const ratio = contrast(channels(getComputedStyle(element).color), backgroundOf(element));
    if (ratio < 4.5) faults.push(name(element) + " has a contrast of " + ratio.toFixed(2));
  }
  for (const field of all("input:not([type=hidden], [type=checkbox], [type=radio]), textarea, select")) {
    if (!field.checkVisibility()) continue;
    const style = getComputedStyle(field);
    const around = backgroundOf(field.parentElement);
    if (contrast(channels(style.color), backgroundOf(field)) < 4.5) faults.push(name(field) + " is hard to read");
    if (contrast(channels(style.borderTopColor), around) < 3) faults.push(name(field) + " has a faint border");
    if (parseFloat(style.fontSize) < 16 && !field.readOnly) faults.push(name(field) + " makes an iPhone zoom in");
  }
  return faults;
})()`;
