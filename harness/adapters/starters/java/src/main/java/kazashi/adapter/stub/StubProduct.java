package kazashi.adapter.stub;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import kazashi.adapter.Product;
import kazashi.adapter.contract.Answers.Account;
import kazashi.adapter.contract.Answers.Begun;
import kazashi.adapter.contract.Answers.Introduction;
import kazashi.adapter.contract.Answers.Outcome;
import kazashi.adapter.contract.Answers.Tolerances;
import kazashi.adapter.contract.Requests.Attempt;
import kazashi.adapter.contract.Requests.Configuration;
import kazashi.adapter.contract.Requests.Presentation;
import kazashi.adapter.contract.Words.Capability;
import kazashi.adapter.contract.Words.Decision;
import kazashi.adapter.contract.Words.Purpose;
import kazashi.adapter.contract.Words.Reason;
import kazashi.adapter.contract.Words.Step;
import kazashi.adapter.stub.Clock.Reading;
import kazashi.adapter.stub.Sessions.Session;

/**
 * An honest product that can do almost nothing, and says so: it draws and spends challenges, keeps the clock, and
 * refuses every presentation because nothing verifies it.
 *
 * <p>Replace it step by step; {@link #TO_DO} is the order. Until the last step is there it accepts nobody.
 */
public final class StubProduct implements Product {
    private static final Map<String, String> TO_DO = toDo();

    /** Add TAP (place, genuineness) and SIGN (document) when they are there, and the capabilities with them. */
    private static final Set<Purpose> BEGUN_HERE = Set.of(Purpose.ENROL, Purpose.LOGIN);

    private final Clock clock = new Clock();
    private final Sessions sessions = new Sessions();

    @SuppressWarnings("unused") // the steps that are to do need it
    private volatile Configuration configuration = Configuration.EMPTY;

    /** Returns what there is: {@code account} answers that nothing is stored, which is true. */
    @Override
    public Introduction hello() {
        return new Introduction(
                "Kazashi starter (Java)",
                "0",
                List.of(Capability.SET_TIME, Capability.ENROL, Capability.LOGIN, Capability.ACCOUNT),
                new Tolerances(0, 0, (int) Sessions.LIFETIME.toSeconds()));
    }

    @Override
    public void configure(Configuration configuration) {
        this.configuration = configuration;
    }

    /** Forgets the sessions; there are no accounts yet. */
    @Override
    public void reset() {
        sessions.forget();
    }

    @Override
    public long setTime(Instant instant, long epoch) {
        return clock.set(instant, epoch);
    }

    @Override
    public Begun begin(Attempt attempt) {
        Reading now = clock.read();
        if (!BEGUN_HERE.contains(attempt.purpose())) {
            return Begun.decided(notYet(now, List.of(), attempt.purpose() + " cannot be begun", "この手続きは未実装です"));
        }
        Session session = sessions.open(attempt, now.instant());
        return Begun.session(session.name(), session.challenge());
    }

    /** Refuses: for the challenge, or because the rest is still to do. */
    @Override
    public Outcome complete(String name, Presentation presentation) {
        Reading now = clock.read();
        // To do, in this order: decode, purpose, issuer, validity.
        Optional<Session> session = sessions.find(name);
        if (session.isEmpty()) {
            return new Outcome(Decision.REJECT, Reason.CHALLENGE_MISMATCH, List.of(), now.epoch());
        }
        Optional<Reason> refused = sessions.spend(session.get(), presentation.challenge(), now.instant());
        if (refused.isPresent()) {
            return new Outcome(Decision.REJECT, refused.get(), List.of(), now.epoch());
        }
        // To do, in this order: proof, status, account. Only then may a decision be ACCEPT.
        return notYet(now, List.of(Step.CHALLENGE), "nothing is verified", "何も検証していません");
    }

    /** Returns nothing: nobody was ever accepted. */
    @Override
    public Optional<Account> account(byte[] certificate) {
        return Optional.empty();
    }

    private static Outcome notYet(Reading now, List<Step> steps, String english, String japanese) {
        Map<String, Object> todo = Map.of(
                "en", "starter: " + english + "; fill in StubProduct.java",
                "ja", "スターター: " + japanese,
                "steps", TO_DO);
        return new Outcome(Decision.REJECT, Reason.POLICY, steps, null, now.epoch(), Map.of("todo", todo));
    }

    private static Map<String, String> toDo() {
        Map<String, String> steps = new LinkedHashMap<>();
        steps.put("decode", "parse the certificate (DER); else MALFORMED");
        steps.put("purpose", "the certificate is for this purpose: key usage, policy; else WRONG_PURPOSE");
        steps.put("issuer", "signed by a configured authority of the right kind; else UNKNOWN_ISSUER");
        steps.put("validity", "within notBefore and notAfter at the clock's instant; else NOT_YET_VALID, EXPIRED");
        steps.put("challenge", "done here, see Sessions.java; make it durable");
        steps.put("proof", "RSA PKCS#1 v1.5 with SHA-256 over the 32 bytes of the challenge; else BAD_SIGNATURE");
        steps.put("status", "ask OCSP at the configured address, for each presentation; else REVOKED, ON_HOLD, STATUS_…");
        steps.put("account", "store and find by issuer key and serial; else NOT_ENROLLED, ALREADY_ENROLLED");
        return steps;
    }
}
