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
  | "session.logout_all";
