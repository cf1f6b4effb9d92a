package kazashi.control;

import static kazashi.control.Asking.ask;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import kazashi.control.generated.api.ControlApi;
import kazashi.control.generated.model.JournalDoor;
import kazashi.control.generated.model.JournalEntry;
import kazashi.control.generated.model.JournalPage;

/** What was asked of the fake J-LIS. It begins anew with each test: what earlier ones asked is not seen. */
public final class Journal {
    private static final double LONGEST_WAIT = 30.0;
    private final ControlApi api;
    private long begin;

    Journal(ControlApi api) {
        this.api = api;
    }

    /** From here on: entries written before are not seen any more. */
    public void beginHere() {
        begin = page(begin, 0).getMark();
    }

    /** Every entry of this test so far. */
    public List<JournalEntry> entries() {
        return page(begin, 0).getEntries();
    }

    /** Whether an OCSP question asked for this serial number (hexadecimal). */
    public static Predicate<JournalEntry> ocsp(String serial) {
        return entry -> entry.getDoor().equals(JournalDoor.OCSP.getValue()) && serial.equals(entry.getSerial());
    }

    /**
     * Returns the first entry of this test that is meant, as soon as it is there. {@link NotAsked} fails the test
     * after that time, and names what was asked instead.
     */
    public JournalEntry await(Predicate<JournalEntry> meant, Duration patience) {
        long end = System.nanoTime() + patience.toNanos();
        List<JournalEntry> others = new ArrayList<>();
        long mark = begin;
        while (true) {
            double left = Math.max(0.0, (end - System.nanoTime()) / 1e9);
            JournalPage page = page(mark, Math.min(left, LONGEST_WAIT));
            for (JournalEntry entry : page.getEntries()) {
                if (meant.test(entry)) {
                    return entry;
                }
                others.add(entry);
            }
            mark = page.getMark();
            if (left == 0.0) {
                throw new NotAsked(patience, others);
            }
        }
    }

    private JournalPage page(long since, double wait) {
        return ask(() -> api.getJournal(since, wait, null, null, null, null, null, null, null));
    }
}
