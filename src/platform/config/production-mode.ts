/**
 * Imported for its effect, before anything else in the program: libraries read NODE_ENV while they load, and without
 * "production" they answer errors with their own details. Bundlers replace `process.env.NODE_ENV`, hence `Reflect`.
 */
Reflect.set(process.env, "NODE_ENV", "production");
