/** The password of which the others made their hashes. */
export const hashedPassword = "SecurePassword123!";

/** What Django 5.2, Werkzeug 3.1, argon2-cffi 25.1, passlib 1.7 and Firebase make of it, at low costs. */
export const importedHashes: Readonly<Record<string, string>> = {
  "Django's pbkdf2_sha256":
    "pbkdf2_sha256$10000$Fq3Zt0aUYkzxTnPq8w2V1b$63BZx84I0IzjE6wsE/YfD+qyvdjrq9N4zM7qNwdYgaY=",
  "Django's pbkdf2_sha1": "pbkdf2_sha1$10000$Fq3Zt0aUYkzxTnPq8w2V1b$Jk5sQOeg1O2R2/ignxiBAdk5SP0=",
  "Django's argon2":
    "argon2$argon2id$v=19$m=8192,t=2,p=8$dkRVdWVNVlVSMUNTeGtPMFB4dEMxaA$QE1vPvZh7EcA/sXqhirOv5slJri1cdvipbM1plOGbr8",
  "Django's bcrypt": "bcrypt$$2b$05$lYNzI2xolN6FxEYYAYXXmuXrMLg.IV8ogoxJJq8ZOmXFlzPePiRr6",
  "Django's bcrypt_sha256":
    "bcrypt_sha256$$2b$05$EUHzT.rY/wIlWWv15Y/ISuq/jq3sITuo4JHtnZZTLGFcigsZEXTpW",
  "Django's scrypt":
    "scrypt$2048$Fq3Zt0aUYkzxTnPq8w2V1b$8$5$y0z8+9BR3uLd2uq8SMxyafjPzawX+rBMN696+FIYBmDsCW3b9yO1CZZlFPBplBYgDvi9KdkwiV7gdQBTnvteRw==",
  "Werkzeug's scrypt":
    "scrypt:4096:8:1$W1xrs6QfGwJLHRkf$f69f00d6f6004d8be2148aed66a5cecea434b7bd590d5872e2a8cc62d12097db8f7c9939dc4f7dc5de290e1d2dc583bcc3bf4c488229d06ca505a54f2bcbd10a",
  "Werkzeug's pbkdf2:sha256":
    "pbkdf2:sha256:10000$ZLSfzLCUgqh0L0iX$a84cf72a41a8fa3018ece6dfad6f3a43fe15291d8879539d4448bb9e4c7f2367",
  "Werkzeug's pbkdf2:sha1":
    "pbkdf2:sha1:10000$UYhSfDedH0axU2Wn$4533d05360810fefaed19a11d4e8c61c0ee9521a",
  "Werkzeug's pbkdf2:sha512":
    "pbkdf2:sha512:10000$PdWKoxlv8SKLYDjg$769f395299a33cb8fa27ceb8498eee97625df6b6c7c2966000179ea4f1195a5df0f73c8ca1551fb646736e16f71cd8edc69f1c619b7751616e7dddd036493ee7",
  "argon2-cffi's argon2id":
    "$argon2id$v=19$m=8192,t=3,p=4$4YTax+ukg/w1mBrRConx2g$625iPyiDeX+NVAEDE4pUWDAw70osIJUoCLDX7lBhs5w",
  "argon2id of 16 bytes":
    "$argon2id$v=19$m=8192,t=3,p=2$l/mYQEAwIAKN2QkfH2J0/Q$aS8WW4ZqmJf+AfVeoOhOTA",
  "argon2id of 64 bytes":
    "$argon2id$v=19$m=8192,t=3,p=2$Kdnj69jPBYtDhOc5CQtn0g$cVLTi4TWLOvxGdwkV6GLpsVjPzep1vKYMhLRt9ps0T3oqTv9ZoQrGc8SSB5Yx8rfjWA2NL1qM31dhe7rqx8/Wg",
  "passlib's bcrypt $2b$": "$2b$05$KZ8yeGg2RontmURP4dLEfOd/w/mmSfpVJtPT8CiQ5XKiA1sBHUuzm",
  "passlib's bcrypt $2a$": "$2a$05$NPBcHEObzknMldbWia5BF.nClCoQYmnLF54CHWWeRTONXDu9cCTlC",
  "passlib's bcrypt $2y$": "$2y$05$JmMdBc.rmu0vYiOAmJHcSOsjeYzjd1.dk1LtF34HgHHeLzsrFHZpa",
  "bcrypt of an old library, with spare bits set":
    "$2b$05$KZ8yeGg2RontmURP4dLEfPd/w/mmSfpVJtPT8CiQ5XKiA1sBHUuzn",
  "passlib's pbkdf2_sha256":
    "$pbkdf2-sha256$10000$O2dMCaEUYmxt7X0PAWDMeQ$0YQU.XZeA4FkA0NQS9EjR1Hxnk1Xmk21tlaZMzX5T1I",
  "passlib's pbkdf2_sha512":
    "$pbkdf2-sha512$10000$q3XOWSslxHhvDaEUwvj/3w$LWNoR/JmO4wJl5jy.goX/.QC7CPga6tM3yun8VDNqRy4pHTS6otTCtgcjYX6hThxHzszGAvHzJW0Hd1DrkkYrA",
  "passlib's pbkdf2_sha1": "$pbkdf2$10000$Xcv5v5cSwrh37r03hlAKYQ$FN/ILglEbihIrMVRaEZCSaZjkKo",
  "passlib's scrypt":
    "$scrypt$ln=12,r=8,p=1$ypkzpjRGKEWotdZaixHi3A$MigUeR2qLT8euXpMEvH8fYLXIrwXCXPeIrCudHfhpf8",
  "Firebase's scrypt":
    "$fbscrypt$v=1,n=11,r=8,p=1,ss=Bw==,sk=jxspr8Ki0RYycVU8zykbdLGjFQ3McFUH0uiiTvC8pVMXAn210wjLNmdZJzxUECKbm0QsEmYUSDzZvpjeJ9WmXA==$42xEC+ixf3L2lw==$clOjmnAYudkkt+jABxakuX74uiNBYZ25Wj7+nKob637KawWQFopbXTYiNbLA5LowUpdt15XuzlRP3mZl7ufLUA==",
};
