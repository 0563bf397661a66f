import { findAddressError } from "../../../platform/db/connection/address-error.ts";
import { explainFault, findDatabaseFault, findErrorCode } from "../../../platform/db/errors.ts";

/** Why there is no connection to the address of a setting, by default `DATABASE_URL`, for the operator. */
export function describeFailure(error: unknown, setting = "DATABASE_URL"): string {
  const addressError = findAddressError(error);
  if (addressError !== null) return addressError.message;
  const fault = findDatabaseFault(error);
  if (fault !== null) {
    const explanation = explainFault(fault).replaceAll("DATABASE_URL", setting);
    return `Postgres refuses the connection: ${explanation}`;
  }
  return `no response from Postgres (${findErrorCode(error) ?? "DATABASE_TIMEOUT is over"})`;
}
