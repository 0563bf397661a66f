import { steps } from "./completion-bash.ts";
import type { Candidate, Completion } from "./completion.ts";

/** The script for zsh, which shows the meaning of each word. */
export function zshScript(completions: readonly Completion[]): string {
  const values = completions.flatMap(({ after, values: own }) =>
    own.flatMap(({ option, words }) =>
      option === null ? [] : [`    "${after}|${option}") found=(${words.join(" ")}) ;;`],
    ),
  );
  return `#compdef gatehouse
# zsh completion of gatehouse
_gatehouse() {
  local previous=\${words[CURRENT-1]} after= word
  local -a found
  for word in "\${(@)words[2,CURRENT-1]}"; do
    case "$after|$word" in
${steps(completions)}
    esac
  done
  case "$after|$previous" in
${values.join("\n")}
    *) case "$after" in
${completions.map(caseOf).join("\n")}
    esac ;;
  esac
  _describe word found || _files
}
if [ "$funcstack[1]" = "_gatehouse" ]; then
  _gatehouse "$@"
else
  compdef _gatehouse gatehouse
fi
`;
}

function caseOf({ after, commands, options, values }: Completion): string {
  const ofArgument = values.flatMap(({ option, words }) => (option === null ? words : []));
  const all = [...ofArgument.map(quoted), ...[...commands, ...options].map(described)];
  return `      "${after}") found=(${all.join(" ")}) ;;`;
}

function described({ word, meaning }: Candidate): string {
  return quoted(`${word}:${meaning.replaceAll(":", "\\:")}`);
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
