package kazashi.control;

import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import kazashi.control.generated.model.JournalEntry;

/** The fake J-LIS was not asked what the test waited for. */
public final class NotAsked extends AssertionError {
    private static final long serialVersionUID = 1L;

    NotAsked(Duration patience, List<JournalEntry> others) {
        super("journal: expected an entry of the kind awaited within " + patience + ", actual "
                + (others.isEmpty() ? "none at all" : others.size() + " others: " + told(others)));
    }

    private static String told(List<JournalEntry> entries) {
        return entries.stream()
                .map(each -> each.getDoor() + " " + each.getSerial() + " → " + each.getAnswer() + " " + each.getHttp())
                .collect(Collectors.joining("; "));
    }
}
