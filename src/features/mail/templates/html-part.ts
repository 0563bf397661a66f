import { languageTag } from "../../../kernel/language.ts";
import type { Scheme } from "../../../platform/brand/palette.ts";
import type { FootTexts, MailBlock, MailLayout } from "./layout.ts";

const font = "font-family:system-ui,-apple-system,'Segoe UI',Roboto,Arial,sans-serif";

/** Outlook on Windows lays out tables only, at 96 dots per inch if it is told so, and ignores `max-width`. */
const outlook = {
  head: "<!--[if mso]><xml><o:OfficeDocumentSettings><o:PixelsPerInch>96</o:PixelsPerInch></o:OfficeDocumentSettings></xml><![endif]-->",
  open: `<!--[if mso]><table role="presentation" width="520" cellpadding="0" cellspacing="0" border="0"><tr><td><![endif]-->`,
  close: "<!--[if mso]></td></tr></table><![endif]-->",
};

const table = `<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0"`;

/** Keeps the text after the preview out of lists of mails: combining joiners and spaces of no width. */
const filler = "&#847;&zwnj;&nbsp;".repeat(60);

/** The HTML part of a mail: tables, with every colour as an attribute for mail programs that ignore style sheets. */
export function renderHtmlPart(mail: MailLayout, texts: FootTexts): string {
  const { brand } = mail.sender;
  const { light, dark } = brand.palette;
  return `<!doctype html>
<html lang="${languageTag(mail.language)}" xmlns:o="urn:schemas-microsoft-com:office:office">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>${Bun.escapeHTML(mail.subject)}</title>
${outlook.head}
<style>${darkStyle(dark)}</style>
</head>
<body class="page" style="margin:0;padding:0;background:${light.back};color:${light.ink};${font};font-size:16px;line-height:1.5">
<div style="display:none;max-height:0;overflow:hidden;mso-hide:all">${Bun.escapeHTML(mail.preview)}${filler}</div>
${table} class="page" bgcolor="${light.back}"><tr><td align="center" style="padding:24px 12px">
${outlook.open}
${table} class="card" bgcolor="${light.card}" style="max-width:520px;background:${light.card};border-radius:12px"><tr><td class="ink" style="padding:28px 24px;color:${light.ink};${font};font-size:16px;line-height:1.5;text-align:left">
${logo(mail.sender)}<p class="quiet" style="margin:0 0 20px;font-weight:600;color:${light.quiet}">${Bun.escapeHTML(brand.name)}</p>
${mail.blocks.map((block) => htmlOf(block, light)).join("\n")}${foot(mail.sender, texts, light)}
</td></tr></table>
${outlook.close}
</td></tr></table>
</body>
</html>
`;
}

function logo({ brand, logoUrl }: MailLayout["sender"]): string {
  if (logoUrl === null) return "";
  return `<p style="margin:0 0 12px"><img src="${Bun.escapeHTML(logoUrl)}" alt="${Bun.escapeHTML(brand.name)}" height="40" style="display:block;height:40px;width:auto;max-width:100%;border:0"></p>\n`;
}

function htmlOf(block: MailBlock, colors: Scheme): string {
  const { quiet, soft, accent } = colors;
  switch (block.kind) {
    case "paragraph":
      return `<p style="margin:0 0 16px">${Bun.escapeHTML(block.text)}</p>`;
    case "note":
      return `<p class="quiet" style="margin:0 0 12px;font-size:14px;color:${quiet}">${Bun.escapeHTML(block.text)}</p>`;
    case "code":
      return box(
        soft,
        `<p class="ink" style="margin:0;font:700 28px/1.2 ui-monospace,Menlo,Consolas,monospace;letter-spacing:6px;text-align:center">${Bun.escapeHTML(block.code)}</p>`,
      );
    case "facts":
      return box(
        soft,
        `<p class="ink" style="margin:0;overflow-wrap:anywhere">${block.lines.map((line) => Bun.escapeHTML(line)).join("<br>")}</p>`,
      );
    case "link":
      return button(block, colors);
    case "button": {
      const link = Bun.escapeHTML(block.link);
      return `${button(block, colors)}
<p class="quiet" style="margin:0 0 24px;font-size:14px;color:${quiet}">${Bun.escapeHTML(block.fallback)}<br><a class="link" href="${link}" style="color:${accent};word-break:break-all">${link}</a></p>`;
    }
  }
}

function box(color: string, content: string): string {
  return `${table} style="margin:0 0 20px"><tr><td class="soft" bgcolor="${color}" style="padding:12px 14px;border-radius:8px;background:${color}">${content}</td></tr></table>`;
}

/** Outlook ignores the padding of a link, so the cell has it there. */
function button(
  { link, label }: { readonly link: string; readonly label: string },
  { button: color, onButton }: Scheme,
): string {
  return `<table role="presentation" cellpadding="0" cellspacing="0" border="0" style="margin:0 0 16px"><tr><td class="button" bgcolor="${color}" style="border-radius:8px;background:${color};mso-padding-alt:12px 22px"><a class="button" href="${Bun.escapeHTML(link)}" style="display:inline-block;padding:12px 22px;border-radius:8px;color:${onButton};font-weight:600;text-decoration:none">${Bun.escapeHTML(label)}</a></td></tr></table>`;
}

function foot(
  { brand: { name, appUrl, supportEmail } }: MailLayout["sender"],
  { help, continueTo }: FootTexts,
  { quiet, accent }: Scheme,
): string {
  const link = (url: string, text: string) =>
    `<a class="link" href="${Bun.escapeHTML(url)}" style="color:${accent}">${Bun.escapeHTML(text)}</a>`;
  const lines = [
    ...(appUrl === null ? [] : [link(appUrl, continueTo(name))]),
    ...(supportEmail === null
      ? []
      : [`${Bun.escapeHTML(help)}${link(`mailto:${supportEmail}`, supportEmail)}`]),
  ];
  if (lines.length === 0) return "";
  return `\n<p class="quiet" style="margin:24px 0 0;font-size:14px;color:${quiet}">${lines.join("<br>")}</p>`;
}

function darkStyle({ back, card, ink, quiet, soft, button: color, onButton, accent }: Scheme) {
  return `:root { color-scheme: light dark; supported-color-schemes: light dark; }
@media (prefers-color-scheme: dark) {
.page { background: ${back} !important; color: ${ink} !important; }
.card { background: ${card} !important; }
.ink { color: ${ink} !important; }
.quiet { color: ${quiet} !important; }
.soft { background: ${soft} !important; }
.button { background: ${color} !important; color: ${onButton} !important; }
.link { color: ${accent} !important; }
}`;
}
