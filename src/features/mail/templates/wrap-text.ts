/** A word with what belongs to it, or one Chinese character with the punctuation that may not stand apart from it. */
const PIECE =
  /(?<gap>\s*)(?<piece>[（《「“]*\p{Script=Han}[，。：；！？、）》」”]*|[^\s\p{Script=Han}（《「“]+|\S)/gu;

/**
 * Breaks a paragraph into lines of at most `width` columns, of which a Chinese character fills two: at spaces, and between
 * Chinese characters. A longer word gets a longer line.
 */
export function wrapText(paragraph: string, width: number): string {
  const lines: string[] = [];
  let line = "";
  for (const { groups } of paragraph.trim().matchAll(PIECE)) {
    const piece = groups?.["piece"] ?? "";
    const gap = line === "" || groups?.["gap"] === "" ? "" : " ";
    if (line !== "" && Bun.stringWidth(line + gap + piece) > width) {
      lines.push(line);
      line = piece;
    } else {
      line += gap + piece;
    }
  }
  return [...lines, line].join("\n");
}
