package kazashi.control;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import kazashi.control.generated.http.ApiException;
import kazashi.control.generated.model.Complaint;

/** What the world refused, and why; nothing changed there. {@code status} is 0 when it was not reached at all. */
public final class Refused extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final int status;

    private Refused(int status, String message, Throwable cause) {
        super(message, cause);
        this.status = status;
    }

    /** HTTP's number: 404 nobody of that name, 409 not now, 400 a message that cannot be; 0 without an answer. */
    public int status() {
        return status;
    }

    static Refused because(ApiException fault) {
        if (fault.getCode() == 0) {
            return new Refused(0, "control API: expected an answer, actual " + fault.getCause()
                    + "; does the world still run?", fault);
        }
        return new Refused(fault.getCode(), fault.getCode() + " " + reason(fault.getResponseBody()), fault);
    }

    private static String reason(String body) {
        try {
            Complaint said = new ObjectMapper().readValue(
                    body == null ? "" : body, kazashi.control.generated.model.Refused.class).getError();
            return said.getWhat() + ": " + said.getWhere()
                    + ": expected " + said.getExpected() + ", actual " + said.getActual();
        } catch (JsonProcessingException | RuntimeException notInThatForm) {
            return body;
        }
    }
}
