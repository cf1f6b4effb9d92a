package kazashi.adapter.contract;

import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import kazashi.adapter.contract.Words.Environment;
import kazashi.adapter.contract.Words.Kind;
import kazashi.adapter.contract.Words.Purpose;

/** What the suite sends. Compare byte arrays with {@code Arrays.equals}: a record's own equals does not. */
public final class Requests {
    private Requests() {}

    /** The empty message. */
    public record Nothing() {}

    /** The first request: which contract the suite speaks. */
    public record Hello(@JsonDeserialize(using = Values.Contract.class) String contract) {}

    /** A certification authority to trust, as its self-signed certificate (DER). */
    public record AuthorityAnchor(Kind kind, byte[] certificate) {}

    /** A card-issuer key of the second PKI: 16 bytes of key id, DER SubjectPublicKeyInfo. */
    public record CardIssuerAnchor(byte[] keyId, byte[] key) {}

    /** Where the status of one kind of certificate is asked: OCSP, and the index of the revocation lists. */
    public record StatusAddress(Kind kind, String ocsp, String crl) {}

    /** Who a terminal is: only one whose credential is right may be told an enrolled birth date. */
    public record Terminal(
            @JsonDeserialize(using = Values.Name.class) String id,
            @JsonDeserialize(using = Values.Name.class) String credential) {

        /** Returns the id only: a credential stands in no log. */
        @Override
        public String toString() {
            return "Terminal[id=" + id + "]";
        }
    }

    /** A service of the product, and what it offers. */
    public record Service(
            @JsonDeserialize(using = Values.Name.class) String id,
            List<Purpose> purposes,
            @MayBeAbsent @JsonDeserialize(using = Values.Assurance.class) Integer assurance) {}

    /** All that the product must know of the world it is tested in. */
    public record Configuration(
            List<AuthorityAnchor> authorities,
            List<CardIssuerAnchor> cardIssuers,
            List<StatusAddress> status,
            List<Terminal> terminals,
            List<Service> services) {

        public static final Configuration EMPTY =
                new Configuration(List.of(), List.of(), List.of(), List.of(), List.of());
    }

    /** The world's instant, and the number of this setting of the clock. */
    public record ClockSetting(Instant instant, long epoch) {}

    /** Whom the terminal believes to have before it: the certificate it read (DER). */
    public record HolderHint(byte[] certificate) {}

    /** A person stands at a terminal and wants something. */
    public record Attempt(
            Purpose purpose,
            @JsonDeserialize(using = Values.Name.class) String service,
            Environment environment,
            @MayBeAbsent Terminal terminal,
            @MayBeAbsent HolderHint holder) {}

    /** An internal authentication by the 券面事項確認AP: its EF 0001 and EF 0004, and the signature of its key 001A. */
    public record ChipProof(byte[] birthRecord, byte[] cvc, byte[] signature) {}

    /** The word of a terminal that checked the chip itself: which key proved itself, and the birth date it holds. */
    public record ReportedChip(
            boolean genuine,
            @JsonDeserialize(using = Values.Sha256Hex.class) String chipKey,
            LocalDate birthDate) {}

    /** What a card application (条例利用領域) gave: its AID, the user's identification, a counter if it has one. */
    public record CardApplicationRecord(
            byte[] aid,
            byte[] user,
            @MayBeAbsent @JsonDeserialize(using = Values.Count.class) Long counter) {}

    /** What the terminal collected from the card; which parts there are depends on the purpose. */
    public record Presentation(
            byte[] challenge,
            byte[] certificate,
            @MayBeAbsent byte[] signature,
            @MayBeAbsent byte[] documentSignature,
            @MayBeAbsent ChipProof chip,
            @MayBeAbsent ReportedChip reportedChip,
            @MayBeAbsent CardApplicationRecord cardApplication,
            @MayBeAbsent boolean phone) {}

    /** The presentation that answers a session. */
    public record Completion(
            @JsonDeserialize(using = Values.Name.class) String session, Presentation presentation) {}

    /** What is stored of the holder of this certificate (DER)? */
    public record AccountQuestion(byte[] certificate) {}

    /** The holder of this certificate leaves a service. */
    public record Unlinking(
            byte[] certificate, @JsonDeserialize(using = Values.Name.class) String service) {}

    /** A tap that was taken without asking anybody: where, when, and what was presented. */
    public record OfflineRecord(
            @JsonDeserialize(using = Values.Name.class) String id,
            @JsonDeserialize(using = Values.Name.class) String service,
            Environment environment,
            Instant taken,
            Presentation presentation) {}

    /** The taps of a terminal that was offline, in the order in which they were taken. */
    public record Reconciliation(
            Terminal terminal,
            @JsonDeserialize(using = Values.OfflineRecords.class) List<OfflineRecord> records) {}
}
