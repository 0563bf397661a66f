/** Everything that the audit log records, as `<subject>.<what happened>`. */
export type AuditAction =
  | "user.registered"
  | "user.created"
  | "user.login"
  | "user.email_verified"
  | "user.verification_requested"
  | "session.refreshed"
  | "session.refresh_reuse"
  | "session.logout"
  | "session.logout_all"
  | "client.created"
  | "client.deleted"
  | "client.secret_rotated"
  | "client.authenticated"
  | "client.token_granted"
  | "signing_key.created"
  | "signing_key.retired"
  | "signing_key.deleted";
