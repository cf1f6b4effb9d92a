import type { Account, Begun, Introduction, Outcome } from "./contract/answers.js";
import type { Attempt, Configuration, Presentation } from "./contract/requests.js";

/**
 * A product in the role relying-party: the one interface a vendor implements. Every method answers, whatever it
 * decides; one that throws or rejects means that the adapter is broken (HTTP 500), not that somebody is refused.
 */
export interface Product {
  /** Name, version, capabilities and tolerances; claim only what is there. */
  hello(): Promise<Introduction>;

  /** Takes these anchors, addresses, terminals and services in place of the former ones. */
  configure(configuration: Configuration): Promise<void>;

  /** Forgets accounts, sessions and caches; configuration and clock stay. */
  reset(): Promise<void>;

  /** Lives at this instant from now on; the epoch of the clock as it then is. */
  setTime(instant: Date, epoch: number): Promise<number>;

  /** A session with a challenge that was never drawn before; or the outcome at once. */
  begin(attempt: Attempt): Promise<Begun | Outcome>;

  /** What is decided on a presentation, and why. */
  complete(session: string, presentation: Presentation): Promise<Outcome>;

  /** What is stored of the holder of this certificate (DER), or null. */
  account(certificate: Buffer): Promise<Account | null>;
}
