package kazashi.adapter.stub;

import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import kazashi.adapter.contract.Requests.Attempt;
import kazashi.adapter.contract.Words.Reason;

/** Sessions and their challenges: each drawn at random, looked at once. In memory; a product keeps them in its store. */
public final class Sessions {
    /** How long a challenge may be answered; declared in {@code hello}. */
    public static final Duration LIFETIME = Duration.ofSeconds(300);

    private static final int CHALLENGE_BYTES = 32;
    private static final int NAME_BYTES = 24;

    private final SecureRandom random = new SecureRandom();
    private final Map<String, Session> sessions = new ConcurrentHashMap<>();

    /** One attempt that was begun. */
    public record Session(String name, Attempt attempt, byte[] challenge, Instant begun, AtomicBoolean spent) {}

    /** Opens a session with a name and a challenge that never came before. */
    public Session open(Attempt attempt, Instant now) {
        String name = HexFormat.of().formatHex(draw(NAME_BYTES));
        Session session = new Session(name, attempt, draw(CHALLENGE_BYTES), now, new AtomicBoolean());
        sessions.put(name, session);
        return session;
    }

    /** Returns the session of this name, spent or not. */
    public Optional<Session> find(String name) {
        return Optional.ofNullable(sessions.get(name));
    }

    /**
     * Spends the session's challenge, whatever was presented; returns why it does not count, or nothing when it does.
     *
     * <p>Of two completions at the same time at most one finds it unspent.
     */
    public Optional<Reason> spend(Session session, byte[] presented, Instant now) {
        boolean isFirst = session.spent().compareAndSet(false, true);
        if (!MessageDigest.isEqual(session.challenge(), presented)) {
            return Optional.of(Reason.CHALLENGE_MISMATCH);
        }
        if (!isFirst) {
            return Optional.of(Reason.CHALLENGE_REPLAYED);
        }
        // A challenge of the future is not young either: the clock was set back.
        if (now.isBefore(session.begun()) || now.isAfter(session.begun().plus(LIFETIME))) {
            return Optional.of(Reason.CHALLENGE_EXPIRED);
        }
        return Optional.empty();
    }

    /** Forgets every session. */
    public void forget() {
        sessions.clear();
    }

    private byte[] draw(int length) {
        byte[] drawn = new byte[length];
        random.nextBytes(drawn);
        return drawn;
    }
}
