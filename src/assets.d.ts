// Files embedded with `with { type: "file" }`: the path under which the executable can read each.

declare module "*.br" {
  const path: string;
  export default path;
}

declare module "*.gz" {
  const path: string;
  export default path;
}

declare module "*.wasm" {
  const path: string;
  export default path;
}

declare module "*.data" {
  const path: string;
  export default path;
}
