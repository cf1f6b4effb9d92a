package kazashi.adapter.library;

import java.security.cert.X509Certificate;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import kazashi.adapter.contract.Answers.Account;
import kazashi.adapter.contract.Words.Reason;

/** The accounts, by issuer's key and serial. In memory: a library would keep them in its database. */
final class Accounts {
    private final Map<Key, Stored> accounts = new ConcurrentHashMap<>();

    /** Which certificate: never a name. */
    record Key(String issuerKey, String serial) {
        static Key of(X509Certificate certificate, X509Certificate issuer) {
            return new Key(Signatures.nameOf(issuer.getPublicKey()), certificate.getSerialNumber().toString(16));
        }
    }

    /** What is kept of a holder: the chip and the birth date that a tap is compared with. */
    record Stored(String service, String chipKey, LocalDate birthDate, long accepted) {
        Stored onceMore() {
            return new Stored(service, chipKey, birthDate, accepted + 1);
        }
    }

    Optional<Stored> find(Key key) {
        return Optional.ofNullable(accounts.get(key));
    }

    /** Opens an account; whoever has one has it already. */
    void open(Key key, String service, Chip chip) throws Refusal {
        var stored = new Stored(service, Signatures.nameOf(chip.key()), chip.birthDate(), 1);
        if (accounts.putIfAbsent(key, stored) != null) {
            throw new Refusal(Reason.ALREADY_ENROLLED, "the holder has an account");
        }
    }

    /** Counts an accepted presentation. */
    void count(Key key) throws Refusal {
        if (accounts.computeIfPresent(key, (same, stored) -> stored.onceMore()) == null) {
            throw new Refusal(Reason.NOT_ENROLLED, "no account for this certificate");
        }
    }

    Optional<Account> told(Key key) {
        return find(key).map(stored -> new Account(
                key.issuerKey(), key.serial(), List.of(stored.service()), stored.chipKey(), stored.accepted()));
    }

    void forget() {
        accounts.clear();
    }
}
