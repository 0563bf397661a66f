import type { Completion } from "./completion.ts";

/** The script for bash. Where no word fits it completes file names. */
export function bashScript(completions: readonly Completion[]): string {
  return `# bash completion of gatehouse
_gatehouse() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]} after= words= word
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$after|$word" in
${steps(completions)}
    esac
  done
  case "$after|$previous" in
${values(completions)}
    *) case "$after" in
${words(completions)}
    esac ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o bashdefault -o default -F _gatehouse gatehouse
`;
}

/** The cases in which a word is a command, such as \`users|list\`. */
export function steps(completions: readonly Completion[]): string {
  const cases = completions.flatMap(({ after, commands }) =>
    commands.map(({ word }) => `"${after}|${word}"`),
  );
  return `      ${cases.join("|")}) after="\${after:+$after }$word" ;;`;
}

function values(completions: readonly Completion[]): string {
  return completions
    .flatMap(({ after, values: own }) =>
      own.flatMap(({ option, words: all }) =>
        option === null ? [] : [`    "${after}|${option}") words="${all.join(" ")}" ;;`],
      ),
    )
    .join("\n");
}

function words(completions: readonly Completion[]): string {
  return completions
    .map((completion) => `      "${completion.after}") words="${wordsOf(completion).join(" ")}" ;;`)
    .join("\n");
}

/** All words that can follow a command. */
export function wordsOf({ commands, options, values: own }: Completion): readonly string[] {
  const ofArgument = own.flatMap(({ option, words: all }) => (option === null ? all : []));
  return [...[...commands, ...options].map(({ word }) => word), ...ofArgument];
}
