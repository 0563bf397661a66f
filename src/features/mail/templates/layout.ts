import { wrapText } from "./wrap-text.ts";

/** A piece of a mail, shown in its own way in the text part and in the HTML part. */
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

/** What a mail says, before it is laid out. All of it is plain text, `locale` a language tag. */
export interface Letter {
  readonly locale: string;
  readonly serviceName: string;
  readonly subject: string;
  readonly blocks: readonly MailBlock[];
}

/** A mail ready to be addressed. */
export interface RenderedMail {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/** Lays a mail out twice: as text with links and codes on lines of their own, and as HTML that loads nothing from anywhere. */
export function renderMail(letter: Letter): RenderedMail {
  return { subject: letter.subject, text: renderText(letter), html: renderHtml(letter) };
}

function renderText(letter: Letter): string {
  const parts = letter.blocks.map((block) => {
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
  return `${[...parts, `-- \n${letter.serviceName}`].join("\n\n")}\n`;
}

function renderHtml(letter: Letter): string {
  const serviceName = Bun.escapeHTML(letter.serviceName);
  return `<!doctype html>
<html lang="${Bun.escapeHTML(letter.locale)}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>${Bun.escapeHTML(letter.subject)}</title>
<style>${STYLE}</style>
</head>
<body class="page" style="margin:0;padding:24px 12px;background:#f2f4f7;color:#1c2430;font:16px/1.5 system-ui,-apple-system,'Segoe UI',Roboto,Arial,sans-serif">
<div class="card" style="max-width:520px;margin:0 auto;padding:28px 24px;background:#ffffff;border-radius:12px">
<p class="quiet" style="margin:0 0 20px;font-weight:600;color:#5a6575">${serviceName}</p>
${letter.blocks.map(htmlBlock).join("\n")}
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

// Mail clients that drop style sheets keep the light colours of the style attributes.
const STYLE = `@media (prefers-color-scheme: dark) {
.page { background: #12161c !important; color: #e6eaf0 !important; }
.card { background: #1c222b !important; }
.quiet { color: #a4afbd !important; }
.code, .facts { background: #2a323d !important; }
.button { background: #7aa9ff !important; color: #0c1420 !important; }
.link { color: #8fb6ff !important; }
}`;
