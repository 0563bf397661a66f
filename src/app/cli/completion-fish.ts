import type { Completion } from "./completion.ts";

/** The script for fish, which shows the meaning of each word. */
export function fishScript(completions: readonly Completion[]): string {
  const names = completions.map(({ after }) => after).filter((after) => after !== "");
  return `# fish completion of gatehouse
function __gatehouse_after
  set -l after
  for word in (commandline -opc)[2..-1]
    set -l longer (string join ' ' -- $after $word)
    if contains -- "$longer" ${names.map(quoted).join(" ")}
      set after "$longer"
    end
  end
  test "$after" = "$argv[1]"
end
${completions.flatMap(linesOf).join("\n")}
`;
}

function linesOf({ after, commands, options, values }: Completion): string[] {
  const start = `complete -c gatehouse -n ${quoted(`__gatehouse_after ${quoted(after)}`)}`;
  const choices = new Map(values.map(({ option, words }) => [option, words]));
  return [
    ...commands.map(({ word, meaning }) => `${start} -f -a ${quoted(word)} -d ${quoted(meaning)}`),
    ...(choices.get(null) ?? []).map((word) => `${start} -f -a ${quoted(word)}`),
    ...options.map(({ word, meaning }) => {
      const words = choices.get(word);
      const ofValue = words ? ` -x -a ${quoted(words.join(" "))}` : "";
      return `${start} -l ${word.slice(2)}${ofValue} -d ${quoted(meaning)}`;
    }),
  ];
}

function quoted(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}
