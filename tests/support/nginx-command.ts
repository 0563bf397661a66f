/** The command that runs nginx with a configuration and a directory of its own. */
export function nginxCommand(nginx: string) {
  return (configurationPath: string, directory: string): readonly string[] => [
    nginx,
    "-p",
    directory,
    "-c",
    configurationPath,
    "-e",
    "stderr",
    "-g",
    `daemon off; pid ${directory}/nginx.pid; error_log stderr;`,
  ];
}

/** Directives for files that only root may write where the package has them. */
export function scratchFiles(directory: string): string {
  const names = ["client_body", "proxy", "fastcgi", "scgi", "uwsgi"];
  return names.map((name) => `${name}_temp_path ${directory}/${name};`).join(" ");
}
