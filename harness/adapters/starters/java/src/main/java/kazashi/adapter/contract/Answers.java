package kazashi.adapter.contract;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import java.time.Instant;
import java.time.LocalDate;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import kazashi.adapter.contract.Words.Capability;
import kazashi.adapter.contract.Words.Decision;
import kazashi.adapter.contract.Words.Reason;
import kazashi.adapter.contract.Words.StatusSource;
import kazashi.adapter.contract.Words.Step;

/** What the product answers. A null field is left out of the message, but where the contract wants the null. */
public final class Answers {
    private Answers() {}

    /** Nothing to say beyond "done". */
    public record Done() {}

    /** What the product declares of its own comparisons; boundary cases are made from these. */
    public record Tolerances(int clockSeconds, int statusSeconds, int challengeSeconds) {}

    /** What the product says of itself. */
    public record Introduction(
            String contract,
            String role,
            String product,
            String version,
            List<Capability> capabilities,
            Tolerances tolerances) {

        /** Makes the introduction of a relying party that speaks contract 1.0. */
        public Introduction(String product, String version, List<Capability> capabilities, Tolerances tolerances) {
            this(Words.CONTRACT, Words.ROLE, product, version, capabilities, tolerances);
        }
    }

    /** The number of the clock setting that the product now lives in. */
    public record Epoch(long epoch) {}

    /** Where the status came from, and as of when it speaks. */
    public record StatusSeen(StatusSource source, Instant thisUpdate) {}

    /** What the product decided and why. The epoch is that of the clock it was decided by; details are for people. */
    public record Outcome(
            Decision decision,
            Reason reason,
            List<Step> steps,
            StatusSeen status,
            Long epoch,
            Map<String, Object> details) {

        public Outcome {
            Objects.requireNonNull(decision, "decision");
            Objects.requireNonNull(reason, "reason");
            steps = List.copyOf(steps);
        }

        /** Makes an outcome without status and details. */
        public Outcome(Decision decision, Reason reason, List<Step> steps, Long epoch) {
            this(decision, reason, steps, null, epoch, null);
        }
    }

    /** A session with its challenge, for a tap the enrolled birth date, for a signature the document; or the outcome. */
    public record Begun(String session, byte[] challenge, LocalDate birthDate, byte[] document, Outcome outcome) {

        public Begun {
            if ((session != null && challenge != null) == (outcome != null)) {
                throw new IllegalArgumentException("begun: expected session and challenge, or outcome; not both");
            }
        }

        /** Returns a session that was opened. */
        public static Begun session(String session, byte[] challenge) {
            return new Begun(session, challenge, null, null, null);
        }

        /** Returns what was decided at once. */
        public static Begun decided(Outcome outcome) {
            return new Begun(null, null, null, null, outcome);
        }
    }

    /** The answer to {@code complete}, and to {@code unlink}. */
    public record Completed(Outcome outcome) {}

    /**
     * What the product stores: the key of the account, never a name, a number or an address.
     *
     * @param issuerKey SHA-256 of the issuer's SubjectPublicKeyInfo, in lower-case hex
     * @param serial the certificate's serial number, in lower-case hex without leading zeros
     * @param chipKey SHA-256 of the chip's SubjectPublicKeyInfo in lower-case hex, or null until one was seen
     * @param accepted how often the holder was accepted
     */
    public record Account(
            String issuerKey,
            String serial,
            List<String> services,
            @JsonInclude(Include.ALWAYS) String chipKey,
            long accepted) {

        /** Returns bytes as the contract writes them here. */
        public static String hex(byte[] bytes) {
            return HexFormat.of().formatHex(bytes);
        }
    }

    /** The answer to {@code account}: null says that nothing is stored. */
    public record AccountStored(@JsonInclude(Include.ALWAYS) Account account) {}

    /** One outcome for each offline record, by its id. */
    public record Reconciled(Map<String, Outcome> outcomes) {}

    /** What a 4xx says of a broken message. */
    public record Complaint(String what, String where, String expected, String actual) {}

    /** The body of a 4xx. */
    public record Refused(Complaint error) {}
}
