import type { Palette, Scheme } from "../../../platform/brand/palette.ts";

/** A style sheet, and its source in a content security policy. */
export interface StyleSheet {
  readonly text: string;
  readonly source: string;
}

const sheets = new WeakMap<Palette, StyleSheet>();

/** The style sheet of every page, in these colours. It is created once. */
export function styleSheetOf(palette: Palette): StyleSheet {
  const known = sheets.get(palette);
  if (known) return known;
  const text = `
:root { color-scheme: light dark; ${variables(palette.light)} }
@media (prefers-color-scheme: dark) {
:root { ${variables(palette.dark)} }
}${rules}`;
  const hash = new Bun.CryptoHasher("sha256").update(text).digest("base64");
  const sheet = { text, source: `'sha256-${hash}'` };
  sheets.set(palette, sheet);
  return sheet;
}

function variables(scheme: Scheme): string {
  const { back, card, ink, quiet, line, soft, bad, good, button, accent } = scheme;
  const { onBad, onButton } = scheme;
  const colors = { back, card, ink, quiet, line, soft, bad, good, button, accent };
  return Object.entries({ ...colors, "on-bad": onBad, "on-button": onButton })
    .map(([name, color]) => `--${name}: ${color};`)
    .join(" ");
}

const rules = `
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; min-height: 100dvh; padding: 16px; display: flex; flex-direction: column; align-items: center; justify-content: center; gap: 1rem; background: var(--back); color: var(--ink); font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, Arial, sans-serif; }
main, body > header, body > footer { width: 100%; max-width: 28rem; overflow-wrap: anywhere; }
.wide main, .wide > header, .wide > footer { max-width: 44rem; }
main { padding: 2rem 1.5rem; background: var(--card); border-radius: 12px; }
body > header { display: flex; align-items: center; gap: .75rem; padding: 0 1.5rem; font-weight: 600; color: var(--quiet); }
body > header img { height: 40px; max-width: 50%; object-fit: contain; }
body > footer { padding: 0 1.5rem; font-size: .875rem; color: var(--quiet); }
h1 { margin: 0 0 .75rem; font-size: 1.5rem; line-height: 1.25; }
h2 { margin: 2rem 0 0; font-size: 1.125rem; }
h3 { margin: 1.5rem 0 .25rem; font-size: 1rem; }
p { margin: 0 0 1rem; }
a { color: var(--accent); }
form { margin: 1.5rem 0 0; }
h2 + form { margin-top: 1rem; }
label { display: block; margin: 0 0 .375rem; font-weight: 600; }
input, select, textarea { width: 100%; min-height: 48px; margin: 0 0 1rem; padding: .75rem; border: 1px solid var(--line); border-radius: 8px; background: transparent; color: inherit; font: inherit; }
select, option { background: var(--card); }
textarea { display: block; resize: vertical; font: .875rem/1.4 ui-monospace, monospace; }
[aria-invalid] { border-color: var(--bad); }
button, .button { display: block; width: 100%; min-height: 48px; padding: .75rem 1.25rem; border: 1px solid transparent; border-radius: 8px; background: var(--button); color: var(--on-button); font: inherit; font-weight: 600; line-height: 1.375; text-align: center; text-decoration: none; cursor: pointer; }
button:hover, .button:hover { filter: brightness(.94); }
.quiet { border-color: var(--line); background: transparent; color: var(--ink); }
.danger { background: var(--bad); color: var(--on-bad); }
p > .button { margin-top: .5rem; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 3px; }
.hint { margin: 0 0 .375rem; font-size: .875rem; color: var(--quiet); }
.fault { color: var(--bad); }
.done { color: var(--good); }
label ~ .fault { margin: 0 0 .375rem; font-size: .875rem; }
.note { margin: 1rem 0 0; font-size: .875rem; color: var(--quiet); }
.check { display: flex; align-items: center; gap: .75rem; min-height: 48px; margin: 0 0 .5rem; font-weight: 400; cursor: pointer; }
.check input { flex: none; width: 20px; height: 20px; min-height: 0; margin: 0; accent-color: var(--accent); }
.divider { display: flex; align-items: center; gap: .75rem; margin: 1.5rem 0; font-size: .875rem; color: var(--quiet); }
.divider::before, .divider::after { content: ""; flex: 1; border-top: 1px solid color-mix(in srgb, var(--line) 40%, transparent); }
.divider + form { margin-top: 0; }
.choices { display: grid; gap: .75rem; margin: 1.5rem 0 0; }
.choices > form { margin: 0; }
.links { display: flex; flex-wrap: wrap; gap: 0 1.5rem; margin: 1rem 0 0; }
.links a, body > footer a { display: inline-block; padding: .75rem 0; }
section { margin: 2rem 0 0; padding: 2rem 0 0; border-top: 1px solid color-mix(in srgb, var(--line) 40%, transparent); }
section > h2:first-child { margin-top: 0; }
section > h2 + p { margin-top: .5rem; }
.items { margin: 1rem 0 0; padding: 0; list-style: none; }
.items > li { display: flex; flex-wrap: wrap; align-items: center; justify-content: space-between; gap: .5rem 1rem; padding: .75rem 0; border-top: 1px solid color-mix(in srgb, var(--line) 40%, transparent); }
.items > li > :first-child { flex: 1 1 14rem; }
.items p { margin: 0; }
.items form, .actions form { margin: 0; }
.items button, .items .button, .actions button, .actions .button { width: auto; }
.actions { display: flex; flex-wrap: wrap; gap: .75rem; margin: 1rem 0 0; }
.facts { display: grid; grid-template-columns: max-content 1fr; gap: .375rem 1rem; margin: 1rem 0; }
.facts dt { color: var(--quiet); }
.facts dd { margin: 0; }
.badge { display: inline-block; padding: 0 .5rem; border-radius: 6px; background: var(--soft); font-size: .875rem; color: var(--ink); }
.codes { columns: 2; margin: 1rem 0; padding: 1rem; border-radius: 8px; background: var(--soft); list-style: none; font: 1rem/1.75 ui-monospace, monospace; }
.secret { padding: .75rem 1rem; border-radius: 8px; background: var(--soft); font-family: ui-monospace, monospace; }
.picture { width: 12rem; max-width: 100%; margin: 1rem 0; padding: .75rem; border-radius: 8px; background: #ffffff; }
.picture svg { display: block; width: 100%; height: auto; }
.mail { display: block; width: 100%; height: 40rem; margin: 1rem 0; border: 1px solid var(--line); border-radius: 8px; background: #ffffff; }
pre { margin: 0; padding: 1rem; overflow-x: auto; border-radius: 8px; background: var(--soft); font: .875rem/1.5 ui-monospace, monospace; white-space: pre-wrap; overflow-wrap: anywhere; }
details { margin: 1rem 0 0; }
summary { min-height: 48px; padding: .75rem 0; font-weight: 600; color: var(--accent); cursor: pointer; }
details > form { margin-top: .5rem; }
@media (max-width: 30rem) {
main { padding: 1.5rem 1rem; }
body > header, body > footer { padding: 0 1rem; }
.facts { grid-template-columns: 1fr; gap: 0; }
.facts dd { margin: 0 0 .5rem; }
}
`;
