package kazashi.control;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Map;

/**
 * Where the doors of a running world are, and the file with the token of its control API.
 *
 * <p>The token itself is no part of it: it is read when it is used, and printed nowhere.
 */
public record Announcement(Map<String, URI> addresses, Path tokenFile) {
    private static final String CONTROL = "control";
    private static final String TOKEN = "token";

    /** Reads what {@code kazashi up --json FILE} wrote. */
    public static Announcement read(Path file) {
        Map<String, URI> addresses;
        try {
            addresses = new ObjectMapper().readValue(file.toFile(), new TypeReference<Map<String, URI>>() { });
        } catch (IOException fault) {
            throw new NoWorld(file + ": expected the addresses of a running world, actual "
                    + fault.getClass().getSimpleName() + "; start one with: kazashi up --json " + file, fault);
        }
        if (!addresses.containsKey(CONTROL) || !addresses.containsKey(TOKEN)) {
            throw new NoWorld(file + ": expected the addresses \"control\" and \"token\", actual "
                    + addresses.keySet() + "; name the file that `kazashi up --json` writes", null);
        }
        return new Announcement(Map.copyOf(addresses), Path.of(addresses.get(TOKEN)));
    }

    /** The same world, with the token in another file: for a world that runs behind a forwarded port. */
    public Announcement withTokenFile(Path file) {
        return new Announcement(addresses, file);
    }

    /** Where the control API answers. */
    public URI control() {
        return addresses.get(CONTROL);
    }

    /** Returns the token; NoWorld when anybody but its owner could read it, too. */
    String token() {
        try {
            PosixFileAttributeView view = Files.getFileAttributeView(tokenFile, PosixFileAttributeView.class);
            if (view != null && view.readAttributes().permissions().stream().anyMatch(Announcement::isOthers)) {
                throw new NoWorld(tokenFile + ": expected a file that only its owner can read, actual "
                        + view.readAttributes().permissions() + "; chmod 600", null);
            }
            return Files.readString(tokenFile).strip();
        } catch (IOException fault) {
            throw new NoWorld(tokenFile + ": expected the token of a running world, actual "
                    + fault.getClass().getSimpleName() + "; does the world still run?", fault);
        }
    }

    private static boolean isOthers(PosixFilePermission permission) {
        return !permission.name().startsWith("OWNER_");
    }
}
