/** The permissions that Gatehouse's own operations ask for, as `<what>:<done to it>`. */
export const builtInPermissions: readonly string[] = [
  "users:read",
  "users:write",
  "roles:read",
  "roles:write",
  "roles:assign",
  "clients:write",
  "audit:read",
  "webhooks:write",
];
