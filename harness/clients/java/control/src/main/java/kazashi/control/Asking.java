package kazashi.control;

import kazashi.control.generated.http.ApiException;

/** Asks the generated client, whose faults are checked ones, and throws what a test need not declare. */
final class Asking {
    private Asking() {
    }

    /** One request. */
    @FunctionalInterface
    interface Request<T> {
        T send() throws ApiException;
    }

    /** Returns the answer, or throws {@link Refused} with the world's own words. */
    static <T> T ask(Request<T> request) {
        try {
            return request.send();
        } catch (ApiException fault) {
            throw Refused.because(fault);
        }
    }
}
