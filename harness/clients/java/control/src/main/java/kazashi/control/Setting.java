package kazashi.control;

/** What the build or the shell says: a system property, or a variable of the environment. */
enum Setting {
    /** The file of a world that runs already. */
    WORLD("kazashi.world", "KAZASHI_WORLD"),
    /** Where that world's token is, when it is not where the file says. */
    TOKEN_FILE("kazashi.token.file", "KAZASHI_TOKEN_FILE"),
    /** The command that starts a world: a program, or words with spaces between them. */
    COMMAND("kazashi.command", "KAZASHI");

    private final String property;
    private final String variable;

    Setting(String property, String variable) {
        this.property = property;
        this.variable = variable;
    }

    /** Returns what is said, the property first; null when neither is. */
    String value() {
        String said = System.getProperty(property, System.getenv(variable));
        return said == null || said.isBlank() ? null : said;
    }
}
