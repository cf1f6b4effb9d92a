package kazashi.adapter.stub;

import java.time.Instant;

/** The product's clock: the host's until it is set, and from then on the instant that was set last. */
public final class Clock {
    private volatile Reading set;

    /** An instant and the epoch it was set by (null on the host's clock). They belong together. */
    public record Reading(Instant instant, Long epoch) {}

    /** Stops at this instant; returns the epoch that is read from now on. */
    public long set(Instant instant, long epoch) {
        set = new Reading(instant, epoch);
        return epoch;
    }

    /** Returns what time it is. Read it once for each attempt: an attempt is judged at one instant. */
    public Reading read() {
        Reading reading = set;
        return reading == null ? new Reading(Instant.now(), null) : reading;
    }
}
