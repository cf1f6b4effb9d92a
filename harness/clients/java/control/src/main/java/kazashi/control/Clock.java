package kazashi.control;

import static kazashi.control.Asking.ask;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import kazashi.control.generated.api.ControlApi;
import kazashi.control.generated.model.AdvanceClock;
import kazashi.control.generated.model.ClockState;
import kazashi.control.generated.model.SetClock;

/** The world's clock: everybody in it lives by it, but a product only if it is told. */
public final class Clock {
    private static final long GRID_SECONDS = Duration.ofMinutes(15).toSeconds();
    private final ControlApi api;

    Clock(ControlApi api) {
        this.api = api;
    }

    /** The world's instant. */
    public Instant now() {
        return state().getInstant().toInstant();
    }

    /** Instant, whether it stands or runs, and how often it was set. */
    public ClockState state() {
        return ask(api::getClock);
    }

    /** Sets the clock. */
    public Instant set(Instant instant) {
        SetClock message = new SetClock().instant(instant.atOffset(ZoneOffset.UTC));
        return ask(() -> api.setClock(message)).getInstant().toInstant();
    }

    /** Moves the clock on, by whole seconds. */
    public Instant advance(Duration duration) {
        AdvanceClock message = new AdvanceClock().seconds(duration.toSeconds());
        return ask(() -> api.advanceClock(message)).getInstant().toInstant();
    }

    /** Sets the clock to the next :00, :15, :30 or :45, from when OCSP tells what happened until then. */
    public Instant toNextMark() {
        long mark = (now().getEpochSecond() / GRID_SECONDS + 1) * GRID_SECONDS;
        return set(Instant.ofEpochSecond(mark));
    }

    /** Stops the clock. */
    public Instant freeze() {
        return ask(api::freezeClock).getInstant().toInstant();
    }

    /** Lets the clock run. */
    public Instant run() {
        return ask(api::runClock).getInstant().toInstant();
    }
}
