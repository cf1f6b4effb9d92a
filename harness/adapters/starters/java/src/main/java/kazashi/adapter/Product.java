package kazashi.adapter;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import kazashi.adapter.contract.Answers.Account;
import kazashi.adapter.contract.Answers.Begun;
import kazashi.adapter.contract.Answers.Introduction;
import kazashi.adapter.contract.Answers.Outcome;
import kazashi.adapter.contract.Requests.Attempt;
import kazashi.adapter.contract.Requests.Configuration;
import kazashi.adapter.contract.Requests.Presentation;
import kazashi.adapter.contract.Requests.Reconciliation;

/**
 * The one interface a vendor implements: the surface calls it, from several threads at once.
 *
 * <p>Every method answers, whatever it decides. An exception means that the adapter is broken (HTTP 500 and no
 * verdict), not that somebody is refused.
 */
public interface Product {
    /** Returns name, version, capabilities and tolerances; claim only what is there. */
    Introduction hello();

    /** Takes these anchors, addresses, terminals and services in place of the former ones. */
    void configure(Configuration configuration);

    /** Forgets accounts, sessions and caches; configuration and clock stay. */
    void reset();

    /** Lives at this instant from now on; returns the epoch of the clock as it then is. */
    long setTime(Instant instant, long epoch);

    /** Returns a session with a challenge that was never drawn before; or the outcome at once. */
    Begun begin(Attempt attempt);

    /** Returns what is decided on a presentation, and why. */
    Outcome complete(String session, Presentation presentation);

    /** Returns what is stored of the holder of this certificate (DER). */
    Optional<Account> account(byte[] certificate);

    /** Takes the holder of this certificate out of a service; for products that declare {@code UNLINK}. */
    default Outcome unlink(byte[] certificate, String service) {
        throw new NotHere();
    }

    /** Returns an outcome by record id for taps taken offline; for products that declare {@code RECONCILE}. */
    default Map<String, Outcome> reconcile(Reconciliation reconciliation) {
        throw new NotHere();
    }

    /** A verb that the product does not have: HTTP 404. */
    final class NotHere extends RuntimeException {
        private static final long serialVersionUID = 1;
    }
}
