/** NODE_ENV as this process was given it. */
export const givenNodeEnvironment: unknown = Reflect.get(process.env, "NODE_ENV");

/**
 * This module is imported before all others: libraries read NODE_ENV while they load, and without "production"
 * their error responses hold internal details. Bundlers replace `process.env.NODE_ENV`, so it is set with `Reflect`.
 */
Reflect.set(process.env, "NODE_ENV", "production");
