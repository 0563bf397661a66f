import type { FootTexts, MailBlock, MailLayout } from "./layout.ts";

/** The text part of a mail. Each link and code is on its own line, so that mail programs find it. */
export function renderTextPart({ blocks, sender }: MailLayout, texts: FootTexts): string {
  return `${[...blocks.map(textOf), foot(sender, texts)].join("\n\n")}\n`;
}

function textOf(block: MailBlock): string {
  switch (block.kind) {
    case "button":
      return block.link;
    case "link":
      return `${block.label}:\n${block.link}`;
    case "code":
      return block.code;
    case "facts":
      return block.lines.join("\n");
    default:
      return wrapText(block.text, 72);
  }
}

/** The signature (RFC 3676 §4.3), which mail programs show in grey and leave out of a reply. */
function foot({ brand }: MailLayout["sender"], { help, continueTo }: FootTexts): string {
  const { name, appUrl, supportEmail } = brand;
  return [
    "-- ",
    name,
    ...(appUrl === null ? [] : [`${continueTo(name)}:`, appUrl]),
    ...(supportEmail === null ? [] : [`${help}${supportEmail}`]),
  ].join("\n");
}

/** A word with its punctuation, or one Chinese character with the punctuation that stays on its line. */
const PIECE =
  /(?<gap>\s*)(?<piece>[（《「“]*\p{Script=Han}[，。：；！？、）》」”]*|[^\s\p{Script=Han}（《「“]+|\S)/gu;

/** Breaks a paragraph at spaces and between Chinese characters, into lines of at most `width` columns unless one word is longer. */
function wrapText(paragraph: string, width: number): string {
  const lines: string[] = [];
  let line = "";
  for (const { groups } of paragraph.trim().matchAll(PIECE)) {
    const piece = groups?.["piece"] ?? "";
    const gap = line === "" || groups?.["gap"] === "" ? "" : " ";
    // `stringWidth` counts two columns for a Chinese character.
    if (line !== "" && Bun.stringWidth(line + gap + piece) > width) {
      lines.push(line);
      line = piece;
    } else {
      line += gap + piece;
    }
  }
  return [...lines, line].join("\n");
}
