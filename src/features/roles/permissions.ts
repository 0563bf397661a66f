/** A permission, as `<resource>:<action>`. */
export interface Permission {
  readonly name: string;
  readonly description: string | null;
}

/** The permissions that Gatehouse's own operations need. */
export const builtInPermissions: readonly Permission[] = [
  { name: "users:read", description: "Read all users." },
  { name: "users:write", description: "Create, change, disable, delete and restore users." },
  { name: "roles:read", description: "Read roles and permissions." },
  { name: "roles:write", description: "Create, change and delete roles, and create permissions." },
  { name: "roles:assign", description: "Add roles to users and remove them." },
  {
    name: "clients:write",
    description: "Read, create, change and delete clients, and rotate their secrets.",
  },
  { name: "audit:read", description: "Read the audit log." },
  { name: "webhooks:write", description: "Read, create, change and delete webhooks." },
];

/** The resources of built-in permissions: no permission of an operator's own begins with one, since a later version may need it. */
export const builtInResources: readonly string[] = [
  ...new Set(builtInPermissions.map(({ name }) => resourceOf(name))),
].toSorted();

/** Whether a permission is reserved for Gatehouse's own operations, of this or a later version. */
export function isReservedPermission(name: string): boolean {
  return builtInResources.includes(resourceOf(name));
}

function resourceOf(name: string): string {
  return name.slice(0, name.indexOf(":"));
}
