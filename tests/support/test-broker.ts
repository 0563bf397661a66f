import type { BrokerProcess } from "./broker-process.ts";

/** An event as a consumer of the broker gets it. */
export interface ArrivedEvent {
  readonly id: string;
  readonly type: string;
  readonly body: string;
  /** What else the broker's format fixes. */
  readonly format: Readonly<Record<string, unknown>>;
}

/** A broker that asks for a password, and how to reach it. */
export interface TestBroker extends AsyncDisposable {
  readonly process: BrokerProcess;
  readonly url: string;
  /** The same, with a password that it refuses: `wrong-password`. */
  readonly wrongUrl: string;
  /** An encrypted connection to this broker or to another one. Its certificate is `TEST_CERTIFICATE`. */
  readonly encryptedUrl: string;
  /** All events that have arrived so far, in their order, by the broker's ordinary client. */
  read(): Promise<ArrivedEvent[]>;
}

/** A password with characters that a URL does not hold as they are. */
export const brokerPassword = "p:s/w@rd%-of the&broker";
