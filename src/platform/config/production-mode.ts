/**
 * Imported for its effect, before all other modules: libraries read NODE_ENV while they load, and without "production"
 * their error responses hold internal details. Bundlers replace `process.env.NODE_ENV`, so it is set with `Reflect`.
 */
Reflect.set(process.env, "NODE_ENV", "production");
