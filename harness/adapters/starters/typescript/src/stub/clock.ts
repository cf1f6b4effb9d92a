/** An instant and the epoch it was set by (undefined on the host's clock). They belong together. */
export interface Reading {
  readonly instant: Date;
  readonly epoch: number | undefined;
}

/**
 * The product's clock: the host's until it is set, and from then on the instant that was set last. Read it once for
 * each attempt: an attempt is judged at one instant.
 */
export class Clock {
  #last: Reading | undefined;

  /** Stops at this instant; the epoch that is read from now on. */
  set(instant: Date, epoch: number): number {
    this.#last = { instant, epoch };
    return epoch;
  }

  read(): Reading {
    return this.#last ?? { instant: new Date(), epoch: undefined };
  }
}
