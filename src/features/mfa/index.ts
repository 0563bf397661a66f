export { type FactorOwner, findRequiredFactor } from "./find-required-factor.ts";
export { recoveryCodes, totpFactors, trustedDevices } from "./table.ts";
export { type SecondFactorClaims, secondFactorTickets, ticketTtlSeconds } from "./tickets.ts";
