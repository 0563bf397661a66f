import { type Language, languageTag } from "../../../kernel/language.ts";

/** A part of a mail: the text part and the HTML part each lay it out in their own way. */
export type MailBlock =
  | { readonly kind: "paragraph" | "note"; readonly text: string }
  | {
      readonly kind: "button";
      readonly label: string;
      readonly fallback: string;
      readonly link: string;
    }
  | { readonly kind: "code"; readonly code: string }
  | { readonly kind: "facts"; readonly lines: readonly string[] };

/** The content of a mail before it is laid out. All of it is plain text. */
export interface MailLayout {
  readonly language: Language;
  readonly serviceName: string;
  readonly subject: string;
  readonly blocks: readonly MailBlock[];
}

/** A mail without its sender and recipient. */
export interface RenderedMail {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/** Lays a mail out twice: as text with each link and code on its own line, and as HTML that loads nothing. */
export function renderMail(mail: MailLayout): RenderedMail {
  return { subject: mail.subject, text: renderText(mail), html: renderHtml(mail) };
}

function renderText(mail: MailLayout): string {
  const parts = mail.blocks.map((block) => {
    switch (block.kind) {
      case "button":
        return block.link;
      case "code":
        return block.code;
      case "facts":
        return block.lines.join("\n");
      default:
        return wrapText(block.text, 72);
    }
  });
  return `${[...parts, `-- \n${mail.serviceName}`].join("\n\n")}\n`;
}

function renderHtml(mail: MailLayout): string {
  const serviceName = Bun.escapeHTML(mail.serviceName);
  return `<!doctype html>
<html lang="${languageTag(mail.language)}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>${Bun.escapeHTML(mail.subject)}</title>
<style>${STYLE}</style>
</head>
<body class="page" style="margin:0;padding:24px 12px;background:#f2f4f7;color:#1c2430;font:16px/1.5 system-ui,-apple-system,'Segoe UI',Roboto,Arial,sans-serif">
<div class="card" style="max-width:520px;margin:0 auto;padding:28px 24px;background:#ffffff;border-radius:12px">
<p class="quiet" style="margin:0 0 20px;font-weight:600;color:#5a6575">${serviceName}</p>
${mail.blocks.map(htmlBlock).join("\n")}
</div>
</body>
</html>
`;
}

function htmlBlock(block: MailBlock): string {
  switch (block.kind) {
    case "paragraph":
      return `<p style="margin:0 0 16px">${Bun.escapeHTML(block.text)}</p>`;
    case "note":
      return `<p class="quiet" style="margin:0 0 12px;font-size:14px;color:#5a6575">${Bun.escapeHTML(block.text)}</p>`;
    case "code":
      return `<p class="code" style="margin:0 0 24px;padding:12px;border-radius:8px;background:#eef1f5;font:700 28px/1.2 ui-monospace,Menlo,Consolas,monospace;letter-spacing:6px;text-align:center">${Bun.escapeHTML(block.code)}</p>`;
    case "facts":
      return `<p class="facts" style="margin:0 0 16px;padding:12px 14px;border-radius:8px;background:#eef1f5;overflow-wrap:anywhere">${block.lines.map((line) => Bun.escapeHTML(line)).join("<br>")}</p>`;
    case "button": {
      const link = Bun.escapeHTML(block.link);
      return `<p style="margin:0 0 16px"><a class="button" href="${link}" style="display:inline-block;padding:12px 22px;border-radius:8px;background:#1f5fd0;color:#ffffff;font-weight:600;text-decoration:none">${Bun.escapeHTML(block.label)}</a></p>
<p class="quiet" style="margin:0 0 24px;font-size:14px;color:#5a6575">${Bun.escapeHTML(block.fallback)}<br><a class="link" href="${link}" style="color:#1f5fd0;word-break:break-all">${link}</a></p>`;
    }
  }
}

// Mail programs that ignore style sheets show the light colours of the style attributes.
const STYLE = `@media (prefers-color-scheme: dark) {
.page { background: #12161c !important; color: #e6eaf0 !important; }
.card { background: #1c222b !important; }
.quiet { color: #a4afbd !important; }
.code, .facts { background: #2a323d !important; }
.button { background: #7aa9ff !important; color: #0c1420 !important; }
.link { color: #8fb6ff !important; }
}`;

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
