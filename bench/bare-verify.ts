// Verifies one bcrypt hash of cost 12 as often as the argument says, as many at once as there are cores; prints the seconds.
import { availableParallelism } from "node:os";

const password = "SecurePassword123!";
const hash = await Bun.password.hash(password, { algorithm: "bcrypt", cost: 12 });
let remaining = Number(process.argv[2]);

async function verify(): Promise<void> {
  while (remaining > 0) {
    remaining -= 1;
    if (!(await Bun.password.verify(password, hash)))
      throw new Error("the password does not verify");
  }
}

const began = performance.now();
await Promise.all(Array.from({ length: availableParallelism() }, verify));
console.log((performance.now() - began) / 1000);
