package kazashi.adapter.library;

import kazashi.adapter.contract.Words.Decision;
import kazashi.adapter.contract.Words.Reason;

/** A refusal, raised by the check that found it; {@link LibraryProduct} makes an outcome of it. */
final class Refusal extends Exception {
    private static final long serialVersionUID = 1;

    private final Reason reason;

    Refusal(Reason reason, String details) {
        super(details);
        this.reason = reason;
    }

    Reason reason() {
        return reason;
    }

    /** Returns retry where the product could not find out, reject where it did. */
    Decision decision() {
        return reason == Reason.STATUS_UNAVAILABLE ? Decision.RETRY : Decision.REJECT;
    }
}
