package kazashi.adapter.stub;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import kazashi.adapter.contract.Answers.Begun;
import kazashi.adapter.contract.Answers.Outcome;
import kazashi.adapter.contract.Requests.Attempt;
import kazashi.adapter.contract.Requests.Presentation;
import kazashi.adapter.contract.Words.Decision;
import kazashi.adapter.contract.Words.Environment;
import kazashi.adapter.contract.Words.Purpose;
import kazashi.adapter.contract.Words.Reason;
import kazashi.adapter.contract.Words.Step;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class StubProductTest {
    private static final Instant NOW = Instant.parse("2026-12-01T03:00:00Z");
    private static final byte[] NOISE = {1, 2, 3};

    private final StubProduct product = new StubProduct();

    @BeforeEach
    void set() {
        product.setTime(NOW, 41);
    }

    private Begun begin(Purpose purpose) {
        return product.begin(new Attempt(purpose, "library", Environment.ATTENDED, null, null));
    }

    private Outcome complete(String session, byte[] challenge) {
        return product.complete(session, new Presentation(challenge, NOISE, NOISE, null, null, null, null, false));
    }

    @Test
    void nothingIsAccepted() {
        var begun = begin(Purpose.LOGIN);
        var outcome = complete(begun.session(), begun.challenge());
        assertEquals(Decision.REJECT, outcome.decision());
        assertEquals(Reason.POLICY, outcome.reason());
        assertEquals(List.of(Step.CHALLENGE), outcome.steps());
        assertEquals(41, outcome.epoch());
        assertFalse(outcome.details().isEmpty());
        assertEquals(Reason.CHALLENGE_REPLAYED, complete(begun.session(), begun.challenge()).reason());
        assertFalse(product.account(NOISE).isPresent());
    }

    @ParameterizedTest
    @EnumSource(value = Purpose.class, names = {"TAP", "SIGN", "RELINK"})
    void whatIsNotThereIsRefusedAtOnce(Purpose purpose) {
        assertEquals(Reason.POLICY, begin(purpose).outcome().reason());
    }

    @Test
    void challengesAreFresh() {
        var first = begin(Purpose.ENROL);
        var second = begin(Purpose.ENROL);
        assertEquals(32, first.challenge().length);
        assertNotEquals(hex(first.challenge()), hex(second.challenge()));
        assertNotEquals(first.session(), second.session());
    }

    @Test
    void wrongChallengeSpendsTheRightOne() {
        var begun = begin(Purpose.LOGIN);
        assertEquals(Reason.CHALLENGE_MISMATCH, complete(begun.session(), begin(Purpose.LOGIN).challenge()).reason());
        assertEquals(Reason.CHALLENGE_REPLAYED, complete(begun.session(), begun.challenge()).reason());
        assertEquals(Reason.CHALLENGE_MISMATCH, complete("unknown", begun.challenge()).reason());
    }

    @ParameterizedTest
    @CsvSource({"-1,CHALLENGE_EXPIRED", "0,POLICY", "300,POLICY", "301,CHALLENGE_EXPIRED"})
    void challengeLivesAsLongAsHelloSays(long seconds, Reason reason) {
        var begun = begin(Purpose.LOGIN);
        product.setTime(NOW.plusSeconds(seconds), 42);
        assertEquals(reason, complete(begun.session(), begun.challenge()).reason());
        assertEquals(300, product.hello().tolerances().challengeSeconds());
    }

    @Test
    void resetForgetsSessions() {
        var begun = begin(Purpose.LOGIN);
        product.reset();
        assertEquals(Reason.CHALLENGE_MISMATCH, complete(begun.session(), begun.challenge()).reason());
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }
}
