import { describe, expect, test } from "bun:test";

import { createBcryptHasher } from "../../src/platform/password-hasher/bcrypt-hasher.ts";
import { validateImportedHash } from "../../src/platform/password-hasher/imported/imported-hash.ts";
import { anyAdmission } from "../support/admission.ts";
import { hashedPassword, importedHashes } from "../support/imported-hashes.ts";

function newHasher() {
  const { hash, verify, isOutdated } = createBcryptHasher({
    cost: 4,
    concurrency: 2,
    waiting: 10,
  });
  return {
    hash: (password: string) => hash(password, anyAdmission),
    verify: (password: string, stored: string, typed?: string) =>
      verify(password, stored, anyAdmission, typed),
    isOutdated,
  };
}

function storedOf(hash: string): string {
  const found = validateImportedHash(hash);
  if ("issue" in found) throw new Error(found.issue);
  return found.stored;
}

describe.each(Object.entries(importedHashes))("%s", (_name, hash) => {
  test("verifies, and no other password does", async () => {
    const stored = storedOf(hash);
    const hasher = newHasher();
    expect(await hasher.verify(hashedPassword, stored)).toBe(true);
    for (const wrong of [`${hashedPassword} `, "securePassword123!", ""]) {
      expect(await hasher.verify(wrong, stored)).toBe(false);
    }
    expect(hasher.isOutdated(stored)).toBe(true);
    expect(storedOf(stored)).toBe(stored);
  });
});

// Of RFC 6070 §2, RFC 7914 §11 and §12, the reference implementation of Argon2, jBCrypt, Supabase's tests of Argon2 and of
// Firebase's scrypt, and the documentation of Firebase's scrypt.
test.each([
  ["password", "pbkdf2:sha1:4096$salt$4b007901b765489abead49d926f721d065a429c1"],
  [
    "passwd",
    "pbkdf2:sha256:1$salt$55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc",
  ],
  [
    "pleaseletmein",
    "scrypt:16384:8:1$SodiumChloride$7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887",
  ],
  [
    "password",
    "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
  ],
  ["test", "$argon2i$v=19$m=16,t=2,p=1$bGJRWThNOHJJTVBSdHl2dQ$NfEnUOuUpb7F2fQkgFUG4g"],
  [
    "mytestpassword",
    "$fbscrypt$v=1,n=14,r=8,p=1,ss=Bw==,sk=ou9tdYTGyYm8kuR6Dt0Bp0kDuAYoXrK16mbZO4yGwAn3oLspjnN0/c41v8xZnO1n14J3MjKj1b2g6AUCAlFwMw==$C0sHCg9ek77hsg==$zKVTMvnWVw5BBOZNUdnsalx4c4c7y/w7IS5p6Ut2+CfEFFlz37J9huyQfov4iizN8dbjvEJlM5tQaJP84+hfTw==",
  ],
  [
    "user1password",
    "$fbscrypt$v=1,n=14,r=8,p=1,ss=Bw==,sk=jxspr8Ki0RYycVU8zykbdLGjFQ3McFUH0uiiTvC8pVMXAn210wjLNmdZJzxUECKbm0QsEmYUSDzZvpjeJ9WmXA==$42xEC+ixf3L2lw==$lSrfV15cpx95/sZS2W9c9Kp6i/LVgQNDNC/qzrCnh1SAyZvqmZqAjTdn3aoItz+VHjoZilo78198JAdRuid5lQ==",
  ],
  ["abc", "$2a$06$If6bvum7DFjUnE9p2uDeDu0YHzrHM6tf.iqN8.yx.jNN1ILEf7h0i"],
])("the published example of %p verifies: %s", async (password, hash) => {
  expect(await newHasher().verify(password, storedOf(hash))).toBe(true);
});

// Others hash what was typed, and bcrypt takes 72 bytes of it. Ours are normalised and whole.
test("a password is recognised as typed, also beyond bcrypt's 72 bytes", async () => {
  const hasher = newHasher();
  const typed = "Passwort½µ1!";
  const hash = storedOf("$2b$05$AI1qLQ5VLtjX83U97nwTCOWLGZ7eSPoFZx7oBY1sGn7MG1s14j/U6");
  expect(await hasher.verify(typed.normalize("NFKC"), hash, typed)).toBe(true);
  expect(await hasher.verify(typed.normalize("NFKC"), hash)).toBe(false);

  const long = "long-Password-1-".repeat(6);
  const theirs = "$2b$05$yyHILDQ2frIekSXpgaT2JeD9ZngdbxkfNLTx7cC8kourDPoZ2IPp.";
  expect(await hasher.verify(long, storedOf(theirs))).toBe(true);
  expect(await hasher.verify(`X${long}`, storedOf(theirs))).toBe(false);
  const ours = await hasher.hash(long);
  expect(await hasher.verify(long, storedOf(ours))).toBe(true);
});

// security 2
test("truncation by imported bcrypt hashes does not apply to own hashes", async () => {
  const hasher = newHasher();
  const whole = `${"a".repeat(72)}X`;
  const ours = await hasher.hash(whole);
  const theirs = await Bun.password.hash("a".repeat(72), { algorithm: "bcrypt", cost: 4 });
  expect(await hasher.verify(whole, ours)).toBe(true);
  for (const hash of [ours, theirs]) {
    expect(await hasher.verify(`${"a".repeat(72)}Y`, hash)).toBe(false);
  }
});

// Bad day: an operator imports hashes that would keep every processor busy at each attempt.
test.each([
  "$2b$16$KZ8yeGg2RontmURP4dLEfOd/w/mmSfpVJtPT8CiQ5XKiA1sBHUuzm",
  "bcrypt_sha256$$2b$31$KZ8yeGg2RontmURP4dLEfOd/w/mmSfpVJtPT8CiQ5XKiA1sBHUuzm",
  "pbkdf2_sha256$5000001$salt$63BZx84I0IzjE6wsE/YfD+qyvdjrq9N4zM7qNwdYgaY=",
  "pbkdf2:sha1:999999999$salt$4b007901b765489abead49d926f721d065a429c1",
  "$argon2id$v=19$m=524288,t=1,p=4$4YTax+ukg/w1mBrRConx2g$625iPyiDeX+NVAEDE4pUWDAw70osIJUoCLDX7lBhs5w",
  "$argon2id$v=19$m=65536,t=17,p=4$4YTax+ukg/w1mBrRConx2g$625iPyiDeX+NVAEDE4pUWDAw70osIJUoCLDX7lBhs5w",
  "$argon2id$v=19$m=8192,t=999999999,p=4$4YTax+ukg/w1mBrRConx2g$625iPyiDeX+NVAEDE4pUWDAw70osIJUoCLDX7lBhs5w",
  `scrypt:33554432:8:1$salt$${"0a".repeat(64)}`,
  `scrypt:262144:16:1$salt$${"0a".repeat(64)}`,
  `scrypt:32768:8:999$salt$${"0a".repeat(64)}`,
  "$argon2i$v=19$m=524288,t=1,p=4$4YTax+ukg/w1mBrRConx2g$625iPyiDeX+NVAEDE4pUWDAw70osIJUoCLDX7lBhs5w",
  "$fbscrypt$v=1,n=19,r=8,p=1,ss=Bw==,sk=c2VjcmV0$C0sHCg9ek77hsg==$c2VjcmV0",
  "$fbscrypt$v=1,n=99,r=8,p=1,ss=Bw==,sk=c2VjcmV0$C0sHCg9ek77hsg==$c2VjcmV0",
  "$fbscrypt$v=1,n=14,r=8,p=99,ss=Bw==,sk=c2VjcmV0$C0sHCg9ek77hsg==$c2VjcmV0",
  "$scrypt$ln=63,r=8,p=1$ypkzpjRGKEWotdZaixHi3A$MigUeR2qLT8euXpMEvH8fYLXIrwXCXPeIrCudHfhpf8",
])("a hash that takes too much is refused: %s", (hash) => {
  expect(validateImportedHash(hash)).toEqual({
    issue: "Must take less time and memory to verify.",
  });
});

test.each([
  "",
  "SecurePassword123!",
  "!",
  "!kJd8sXlc",
  "5f4dcc3b5aa765d61d8327deb882cf99",
  "md5$salt$5f4dcc3b5aa765d61d8327deb882cf99",
  "$6$rounds=5000$salt$abc",
  "$2x$05$KZ8yeGg2RontmURP4dLEfOd/w/mmSfpVJtPT8CiQ5XKiA1sBHUuzm",
  "$2b$03$KZ8yeGg2RontmURP4dLEfOd/w/mmSfpVJtPT8CiQ5XKiA1sBHUuzm",
  "$2b$05$KZ8yeGg2RontmURP4dLEfOd/w/mmSfpVJtPT8CiQ5XKiA1sBHUuz",
  " $2b$05$KZ8yeGg2RontmURP4dLEfOd/w/mmSfpVJtPT8CiQ5XKiA1sBHUuzm",
  "$2b$05$KZ8yeGg2RontmURP4dLEfOd/w/mmSfpVJtPT8CiQ5XKiA1sBHUuzm\n",
  "pbkdf2_sha256$0$salt$63BZx84I0IzjE6wsE/YfD+qyvdjrq9N4zM7qNwdYgaY=",
  "pbkdf2_sha256$1000$salt$Jk5sQOeg1O2R2/ignxiBAdk5SP0=",
  "pbkdf2_sha256$1000$salt$63BZx84I0IzjE6wsE/YfD+qyvdjrq9N4zM7qNwdYgaZ=",
  "pbkdf2_sha256$1000$sa\u0000lt$63BZx84I0IzjE6wsE/YfD+qyvdjrq9N4zM7qNwdYgaY=",
  "pbkdf2_md5$1000$salt$5f4dcc3b5aa765d61d8327deb882cf99",
  "$argon2x$v=19$m=8192,t=3,p=4$4YTax+ukg/w1mBrRConx2g$625iPyiDeX+NVAEDE4pUWDAw70osIJUoCLDX7lBhs5w",
  "$fbscrypt$v=2,n=14,r=8,p=1,ss=Bw==,sk=c2VjcmV0$C0sHCg9ek77hsg==$c2VjcmV0",
  "$fbscrypt$v=1,n=0,r=8,p=1,ss=Bw==,sk=c2VjcmV0$C0sHCg9ek77hsg==$c2VjcmV0",
  "$fbscrypt$v=1,n=14,r=8,p=1,ss=Bw==,sk=c2VjcmV0$C0sHCg9ek77hsg==$c2VjcmV0cw==",
  "$fbscrypt$v=1,n=14,r=8,p=1,ss=Bw==$C0sHCg9ek77hsg==$c2VjcmV0",
  "$argon2id$v=16$m=8192,t=3,p=4$4YTax+ukg/w1mBrRConx2g$625iPyiDeX+NVAEDE4pUWDAw70osIJUoCLDX7lBhs5w",
  "$argon2id$v=19$m=8,t=3,p=4$4YTax+ukg/w1mBrRConx2g$625iPyiDeX+NVAEDE4pUWDAw70osIJUoCLDX7lBhs5w",
  "$argon2id$v=19$m=8192,t=0,p=4$4YTax+ukg/w1mBrRConx2g$625iPyiDeX+NVAEDE4pUWDAw70osIJUoCLDX7lBhs5w",
  `scrypt:32767:8:1$salt$${"0a".repeat(64)}`,
  `scrypt:32768:0:1$salt$${"0a".repeat(64)}`,
  "scrypt:32768:8:1$salt$0a",
  "x".repeat(600),
])("no hash that is known here: %p", (hash) => {
  expect(validateImportedHash(hash)).toEqual({ issue: "Must be a hash in a known format." });
});
