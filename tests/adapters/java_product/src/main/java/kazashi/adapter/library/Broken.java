package kazashi.adapter.library;

/** Rules that this product breaks on purpose ({@code -Dlibrary.broken=RULE}), so that a test sees it refused. */
enum Broken {
    /** OCSP is not asked. */
    STATUS_NOT_ASKED,
    /** OCSP is asked, and a revoked certificate is taken all the same. */
    REVOCATION_IGNORED,
    /** The chip's key is not compared with the enrolled one. */
    CHIP_KEY_FORGOTTEN;

    private static final String CHOSEN = System.getProperty("library.broken", "");

    /** Returns whether this rule is broken in this process. */
    boolean chosen() {
        return name().equals(CHOSEN);
    }
}
