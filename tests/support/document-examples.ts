/** The code blocks of a section of a document, in order. Throws where the section is missing. */
export async function examplesOf(path: string, heading: string): Promise<string[]> {
  const text = await Bun.file(new URL(`../../${path}`, import.meta.url)).text();
  const start = text.indexOf(`\n### ${heading}\n`);
  if (start === -1) throw new Error(`no section "${heading}" in ${path}`);
  const section = text.slice(start + 1).split(/\n##+ /, 1)[0] ?? "";
  return [...section.matchAll(/```\w+\n([\s\S]*?)```/g)].map(([, example = ""]) => example);
}
