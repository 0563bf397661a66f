/**
 * The operations that each permission allows, written by hand: a new operation is added here. The public ones, and those
 * for clients, are in `routes-deny-by-default.test.ts`.
 */
export const operationsByPermission: Readonly<Record<string, readonly string[]>> = {
  "audit:read": ["GET /api/v1/audit-logs"],
  "clients:write": [
    "DELETE /api/v1/clients/{id}",
    "GET /api/v1/clients",
    "POST /api/v1/clients",
    "POST /api/v1/clients/{id}/rotate-secret",
  ],
  "roles:assign": ["PUT /api/v1/users/{id}/roles"],
  "roles:read": ["GET /api/v1/permissions", "GET /api/v1/roles", "GET /api/v1/roles/{name}"],
  "roles:write": [
    "DELETE /api/v1/roles/{name}",
    "PATCH /api/v1/roles/{name}",
    "POST /api/v1/permissions",
    "POST /api/v1/roles",
  ],
  "users:read": ["GET /api/v1/users", "GET /api/v1/users/{id}"],
  "users:write": [
    "DELETE /api/v1/users/{id}",
    "DELETE /api/v1/users/{id}/sessions",
    "GET /api/v1/users/{id}/sessions",
    "PATCH /api/v1/users/{id}",
    "POST /api/v1/users",
    "POST /api/v1/users/{id}/restore",
  ],
  "webhooks:write": [
    "DELETE /api/v1/webhooks/{id}",
    "GET /api/v1/webhooks",
    "GET /api/v1/webhooks/{id}",
    "GET /api/v1/webhooks/{id}/deliveries",
    "PATCH /api/v1/webhooks/{id}",
    "POST /api/v1/webhooks",
    "POST /api/v1/webhooks/{id}/deliveries/{delivery_id}/replay",
    "POST /api/v1/webhooks/{id}/rotate-secret",
    "POST /api/v1/webhooks/{id}/test",
  ],
};

/** The operations that every signed-in user may call: on their own data, and on what other users have made public. */
export const operationsOfTheSignedIn: readonly string[] = [
  "DELETE /api/v1/posts/{post_id}",
  "DELETE /api/v1/posts/{post_id}/vote",
  "DELETE /api/v1/users/me",
  "DELETE /api/v1/users/me/identities/{id}",
  "DELETE /api/v1/users/me/sessions/{id}",
  "GET /api/v1/auth/forward",
  "GET /api/v1/posts",
  "GET /api/v1/posts/{post_id}",
  "GET /api/v1/posts/{post_id}/votes",
  "GET /api/v1/users/me",
  "GET /api/v1/users/me/identities",
  "GET /api/v1/users/me/identities/{id}/tokens",
  "GET /api/v1/users/me/sessions",
  "PATCH /api/v1/users/me",
  "POST /api/v1/auth/email/change",
  "POST /api/v1/auth/logout-all",
  "POST /api/v1/auth/password/change",
  "POST /api/v1/posts",
  "POST /api/v1/users/me/identities/{id}",
  "PUT /api/v1/posts/{post_id}",
  "PUT /api/v1/posts/{post_id}/vote",
];
