package kazashi.adapter.library;

import java.net.URI;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
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
import kazashi.adapter.contract.Words.Environment;
import kazashi.adapter.contract.Words.Kind;
import kazashi.adapter.contract.Words.Purpose;
import kazashi.adapter.contract.Words.Reason;
import kazashi.adapter.contract.Words.Step;
import kazashi.adapter.library.Accounts.Key;
import kazashi.adapter.library.Accounts.Stored;
import kazashi.adapter.stub.Clock;
import kazashi.adapter.stub.Clock.Reading;
import kazashi.adapter.stub.Sessions;
import kazashi.adapter.stub.Sessions.Session;

/** The relying party of a library: the steps of the contract in their order, each a method that returns or refuses. */
public final class LibraryProduct implements Product {
    private static final Set<Purpose> OFFERED = Set.of(Purpose.ENROL, Purpose.LOGIN, Purpose.TAP);
    private static final Set<Environment> TAP_ALLOWED =
            Set.of(Environment.ATTENDED, Environment.MANAGED, Environment.LENT);

    private final Clock clock = new Clock();
    private final Sessions sessions = new Sessions();
    private final Accounts accounts = new Accounts();
    private final StatusQuestion status = new StatusQuestion();
    private volatile World world = new World(Configuration.EMPTY);

    /** The configuration, with its authorities read. */
    private record World(Configuration told, Authorities authorities) {
        World(Configuration told) {
            this(told, Authorities.of(told.authorities()));
        }

        URI responder() {
            return told.status().stream()
                    .filter(address -> address.kind() == Kind.AUTH)
                    .map(address -> URI.create(address.ocsp()))
                    .findFirst()
                    .orElseThrow(() -> new IllegalStateException("configure: no status address for kind auth"));
        }
    }

    @Override
    public Introduction hello() {
        return new Introduction(
                "Aoi library counter",
                "1.0",
                List.of(Capability.SET_TIME, Capability.ENROL, Capability.LOGIN, Capability.TAP, Capability.ACCOUNT),
                new Tolerances(0, 0, (int) Sessions.LIFETIME.toSeconds()));
    }

    @Override
    public void configure(Configuration configuration) {
        world = new World(configuration);
    }

    @Override
    public void reset() {
        sessions.forget();
        accounts.forget();
    }

    @Override
    public long setTime(Instant instant, long epoch) {
        return clock.set(instant, epoch);
    }

    @Override
    public Begun begin(Attempt attempt) {
        Reading now = clock.read();
        List<Step> steps = new ArrayList<>();
        try {
            if (!OFFERED.contains(attempt.purpose())) {
                throw new Refusal(Reason.POLICY, "not offered here");
            }
            Optional<Stored> holder = attempt.purpose() == Purpose.TAP ? expected(attempt, steps) : Optional.empty();
            Session session = sessions.open(attempt, now.instant());
            return new Begun(
                    session.name(), session.challenge(), holder.map(Stored::birthDate).orElse(null), null, null);
        } catch (Refusal refusal) {
            return Begun.decided(refused(refusal, steps, now));
        }
    }

    /** Returns whose birth date may be told: to our own terminal, where a tap is allowed, of an enrolled holder. */
    private Optional<Stored> expected(Attempt attempt, List<Step> steps) throws Refusal {
        checkPlace(attempt);
        steps.add(Step.PLACE);
        if (attempt.terminal() == null || !world.told().terminals().contains(attempt.terminal())) {
            throw new Refusal(Reason.POLICY, "a terminal that is not ours");
        }
        if (attempt.holder() == null) {
            return Optional.empty();
        }
        Optional<Stored> stored = accounts.find(keyOf(attempt.holder().certificate()));
        if (stored.isEmpty()) {
            throw new Refusal(Reason.NOT_ENROLLED, "no account for this certificate");
        }
        return stored;
    }

    @Override
    public Outcome complete(String name, Presentation presentation) {
        Reading now = clock.read();
        List<Step> steps = new ArrayList<>();
        try {
            Session session = sessions.find(name)
                    .orElseThrow(() -> new Refusal(Reason.CHALLENGE_MISMATCH, "no such session"));
            decide(session, presentation, now.instant(), steps);
            return new Outcome(Decision.ACCEPT, Reason.OK, steps, now.epoch());
        } catch (Refusal refusal) {
            return refused(refusal, steps, now);
        }
    }

    private void decide(Session session, Presentation presented, Instant now, List<Step> steps) throws Refusal {
        Purpose purpose = session.attempt().purpose();
        X509Certificate certificate = Authorities.decode(presented.certificate());
        checkParts(purpose, presented);
        steps.add(Step.DECODE);
        Authorities.checkPurpose(certificate);
        steps.add(Step.PURPOSE);
        X509Certificate issuer = world.authorities().issuerOf(certificate);
        steps.add(Step.ISSUER);
        Authorities.checkPath(certificate, issuer, now);
        steps.add(Step.VALIDITY);
        if (purpose == Purpose.TAP) {
            checkPlace(session.attempt());
            steps.add(Step.PLACE);
        }
        Optional<Reason> notOurs = sessions.spend(session, presented.challenge(), now);
        if (notOurs.isPresent()) {
            throw new Refusal(notOurs.get(), "the challenge");
        }
        steps.add(Step.CHALLENGE);
        if (purpose != Purpose.TAP) {
            checkProof(certificate, session.challenge(), presented.signature());
            steps.add(Step.PROOF);
        }
        Key key = Key.of(certificate, issuer);
        Chip chip = null;
        if (purpose != Purpose.LOGIN) {
            chip = Chip.proved(presented.chip(), session.challenge(), world.told().cardIssuers());
            checkSame(chip, accounts.find(key));
            steps.add(Step.GENUINENESS);
        }
        status.ask(world.responder(), certificate, issuer, now);
        steps.add(Step.STATUS);
        if (purpose == Purpose.ENROL) {
            accounts.open(key, session.attempt().service(), chip);
        } else {
            accounts.count(key);
        }
        steps.add(Step.ACCOUNT);
    }

    private static void checkParts(Purpose purpose, Presentation presented) throws Refusal {
        if (purpose != Purpose.TAP && presented.signature() == null
                || purpose != Purpose.LOGIN && presented.chip() == null) {
            throw new Refusal(Reason.MALFORMED, "a part is missing for " + purpose);
        }
    }

    private static void checkPlace(Attempt attempt) throws Refusal {
        if (!TAP_ALLOWED.contains(attempt.environment())) {
            throw new Refusal(Reason.PLACE_NOT_ALLOWED, "no tap without PIN: " + attempt.environment());
        }
    }

    private static void checkProof(X509Certificate certificate, byte[] challenge, byte[] signature) throws Refusal {
        if (!Signatures.verify(certificate.getPublicKey(), challenge, signature)) {
            throw new Refusal(Reason.BAD_SIGNATURE, "the challenge was not signed by the certificate's key");
        }
    }

    /** A genuine chip may be another card's: key and birth date must be those of the enrolment. */
    private static void checkSame(Chip chip, Optional<Stored> enrolled) throws Refusal {
        if (enrolled.isEmpty()) {
            return;
        }
        if (!enrolled.get().chipKey().equals(Signatures.nameOf(chip.key())) && !Broken.CHIP_KEY_FORGOTTEN.chosen()) {
            throw new Refusal(Reason.CARD_CHANGED, "another chip than the enrolled one");
        }
        if (!enrolled.get().birthDate().equals(chip.birthDate())) {
            throw new Refusal(Reason.HOLDER_MISMATCH, "another birth date than the enrolled one");
        }
    }

    @Override
    public Optional<Account> account(byte[] certificate) {
        try {
            return accounts.told(keyOf(certificate));
        } catch (Refusal nobody) {
            return Optional.empty();
        }
    }

    private Key keyOf(byte[] der) throws Refusal {
        X509Certificate certificate = Authorities.decode(der);
        return Key.of(certificate, world.authorities().issuerOf(certificate));
    }

    private static Outcome refused(Refusal refusal, List<Step> steps, Reading now) {
        return new Outcome(
                refusal.decision(), refusal.reason(), steps, null, now.epoch(), Map.of("why", refusal.getMessage()));
    }
}
