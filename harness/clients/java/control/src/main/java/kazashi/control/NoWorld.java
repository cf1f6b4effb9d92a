package kazashi.control;

/** There is no world to drive; the message says what to do. It is a fault of the set-up, never of the product. */
public final class NoWorld extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    NoWorld(String message, Throwable cause) {
        super(message, cause);
    }
}
