package kazashi.adapter.contract;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import kazashi.adapter.contract.Answers.Account;
import kazashi.adapter.contract.Answers.AccountStored;
import kazashi.adapter.contract.Answers.Begun;
import kazashi.adapter.contract.Answers.Outcome;
import kazashi.adapter.contract.Answers.StatusSeen;
import kazashi.adapter.contract.Requests.Attempt;
import kazashi.adapter.contract.Requests.Completion;
import kazashi.adapter.contract.Words.Decision;
import kazashi.adapter.contract.Words.Environment;
import kazashi.adapter.contract.Words.Purpose;
import kazashi.adapter.contract.Words.Reason;
import kazashi.adapter.contract.Words.StatusSource;
import kazashi.adapter.contract.Words.Step;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class JsonTest {
    private static final String ATTEMPT =
            "{\"purpose\":\"tap\",\"service\":\"library\",\"environment\":\"attended\"%s}";

    private static <T> T read(String json, Class<T> type) throws BrokenMessage {
        return Json.read(json.getBytes(StandardCharsets.UTF_8), type);
    }

    private static String write(Object answer) {
        return new String(Json.write(answer), StandardCharsets.UTF_8);
    }

    @Test
    void absentFieldsAreNull() throws BrokenMessage {
        Attempt attempt = read(ATTEMPT.formatted(""), Attempt.class);
        assertEquals(new Attempt(Purpose.TAP, "library", Environment.ATTENDED, null, null), attempt);
    }

    @Test
    void presentationIsRead() throws BrokenMessage {
        var json = "{\"session\":\"s\",\"presentation\":{\"challenge\":\"AAEC\",\"certificate\":\"\",\"phone\":true,"
                + "\"reported_chip\":{\"genuine\":true,\"chip_key\":\"" + "a1".repeat(32)
                + "\",\"birth_date\":\"1980-01-02\"}}}";
        var presented = read(json, Completion.class).presentation();
        assertArrayEquals(new byte[] {0, 1, 2}, presented.challenge());
        assertEquals(LocalDate.of(1980, 1, 2), presented.reportedChip().birthDate());
        assertTrue(presented.phone());
        assertNull(presented.chip());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
        ",\"mood\":\"good\" | $.mood",
        ",\"Terminal\":{} | $.Terminal",
        ",\"holder\":null | $.holder",
        ",\"holder\":\"\" | $.holder",
        ",\"holder\":[] | $.holder",
        ",\"holder\":{\"certificate\":\"AA\"} | $.holder.certificate",
        ",\"holder\":{\"certificate\":\"AB==\"} | $.holder.certificate",
        ",\"terminal\":{\"id\":\"a\"} | $.terminal.credential",
        ",\"terminal\":{\"id\":7,\"credential\":\"c\"} | $.terminal.id",
        ",\"terminal\":{\"id\":\"a\\u0085\",\"credential\":\"c\"} | $.terminal.id",
        ",\"purpose\":\"tap\" | $",
        ",\"x\":{\"y\":[1,null]} | $.x.y[1]",
    })
    void brokenMessageNamesThePlace(String more, String where) {
        var broken = assertThrows(BrokenMessage.class, () -> read(ATTEMPT.formatted(more), Attempt.class));
        assertEquals(where, broken.body().error().where(), broken.getMessage());
        assertEquals(400, broken.http());
    }

    @ParameterizedTest
    @EnumSource(Reason.class)
    void reasonsAreWrittenAsTheyAre(Reason reason) {
        assertTrue(write(new Outcome(Decision.RETRY, reason, List.of(Step.DECODE), 7L))
                .equals("{\"decision\":\"retry\",\"reason\":\"" + reason.name() + "\",\"steps\":[\"decode\"],\"epoch\":7}"));
    }

    @Test
    void answersAreWrittenAsTheContractSays() {
        var seen = new StatusSeen(StatusSource.OCSP, Instant.parse("2026-11-21T00:15:00.5Z"));
        var outcome = new Outcome(Decision.ACCEPT, Reason.OK, List.of(), seen, 0L, null);
        assertEquals(
                "{\"outcome\":{\"decision\":\"accept\",\"reason\":\"OK\",\"steps\":[],\"status\":{\"source\":\"ocsp\","
                        + "\"this_update\":\"2026-11-21T00:15:00Z\"},\"epoch\":0}}",
                write(Begun.decided(outcome)));
        assertEquals("{\"account\":null}", write(new AccountStored(null)));
        assertTrue(write(new AccountStored(new Account("00", "1f", List.of("a"), null, 1))).contains("\"chip_key\":null"));
        var tap = new Begun("s", new byte[3], LocalDate.of(1980, 1, 2), null, null);
        assertEquals("{\"session\":\"s\",\"challenge\":\"AAAA\",\"birth_date\":\"1980-01-02\"}", write(tap));
    }

    @Test
    void credentialStandsInNoLog() throws BrokenMessage {
        var more = ",\"terminal\":{\"id\":\"counter-1\",\"credential\":\"very-secret\"}";
        assertFalse(read(ATTEMPT.formatted(more), Attempt.class).toString().contains("very-secret"));
    }
}
