/** A permission, as `<what>:<done to it>`. */
export interface Permission {
  readonly name: string;
  readonly description: string | null;
}

/** The permissions that Gatehouse's own operations ask for. */
export const builtInPermissions: readonly Permission[] = [
  { name: "users:read", description: "See all users." },
  { name: "users:write", description: "Make, change, disable, delete and restore users." },
  { name: "roles:read", description: "See roles and permissions." },
  { name: "roles:write", description: "Make, change and delete roles, and make permissions." },
  { name: "roles:assign", description: "Give roles to users and take them." },
  { name: "clients:write", description: "See, make and delete clients, and change their secrets." },
  { name: "audit:read", description: "Read the audit log." },
  { name: "webhooks:write", description: "See, make, change and delete webhooks." },
];

/** What built-in permissions are about: no permission of an operator's own begins so, for a later version may ask for it. */
export const builtInResources: readonly string[] = [
  ...new Set(builtInPermissions.map(({ name }) => resourceOf(name))),
].toSorted();

/** Whether a permission is, or may once be, one of Gatehouse's own operations. */
export function isReservedPermission(name: string): boolean {
  return builtInResources.includes(resourceOf(name));
}

function resourceOf(name: string): string {
  return name.slice(0, name.indexOf(":"));
}
