package kazashi.adapter.contract;

import kazashi.adapter.contract.Answers.Complaint;
import kazashi.adapter.contract.Answers.Refused;

/** A message outside the contract: what is wrong, where, and both sides. Values do not come back in it. */
public final class BrokenMessage extends Exception {
    private static final long serialVersionUID = 1;

    private final int http;
    private final transient Complaint complaint;

    BrokenMessage(int http, String what, String where, String expected, String actual) {
        super("%s at %s: expected %s, actual %s".formatted(what, where, expected, actual));
        this.http = http;
        this.complaint = new Complaint(what, where, expected, actual);
    }

    /** Returns the HTTP status to answer with. */
    public int http() {
        return http;
    }

    /** Returns the body to answer with. */
    public Refused body() {
        return new Refused(complaint);
    }
}
