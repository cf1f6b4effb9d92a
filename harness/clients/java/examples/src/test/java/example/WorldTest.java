package example;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import kazashi.control.Kazashi;
import kazashi.control.KazashiTest;
import kazashi.control.Refused;
import kazashi.control.generated.model.CertificateState;
import kazashi.control.generated.model.ClockMode;
import kazashi.control.generated.model.Fault;
import kazashi.control.generated.model.FaultDoor;
import kazashi.control.generated.model.FaultState;
import kazashi.control.generated.model.JournalEntry;
import kazashi.control.generated.model.Kind;
import kazashi.control.generated.model.NewFault;
import kazashi.control.generated.model.NewResident;
import kazashi.control.generated.model.ResidentState;
import kazashi.control.generated.model.RevocationReason;
import kazashi.control.generated.model.TraceEvent;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

/** Everything a test can say to the world. 世界に対してできる操作の一覧。 */
@KazashiTest(at = "2026-12-01T09:05+09:00", readers = 2)
class WorldTest {
    private Kazashi world;

    @BeforeEach
    void inThisWorld(Kazashi world) {
        this.world = world;
    }

    @Test
    void clockIsSetAdvancedAndStopped() {
        Instant noon = Instant.parse("2026-12-02T03:00:00Z");
        assertEquals(noon, world.clock().set(noon));
        assertEquals(noon, world.clock().now());
        assertEquals(noon.plusSeconds(90), world.clock().advance(Duration.ofSeconds(90)));
        assertEquals(noon.plusSeconds(900), world.clock().toNextMark());
        world.clock().run();
        assertEquals(ClockMode.RUNNING, world.clock().state().getMode());
        world.clock().freeze();
        assertEquals(ClockMode.FROZEN, world.clock().state().getMode());
    }

    @Test
    void advanceHoldsMoreThanThirtyTwoBits() {
        Instant before = world.clock().now();
        Refused refused = assertThrows(Refused.class, () -> world.clock().advance(Duration.ofSeconds(4_000_000_000L)));
        assertEquals(400, refused.status());
        assertTrue(refused.getMessage().contains("seconds"), refused.getMessage());
        assertEquals(before, world.clock().now());
    }

    @Test
    void namesAndDatesComeBackAsTheyWereSaid() {
        NewResident wanted = new NewResident().name("検証 花子").birthDate(LocalDate.of(1990, 4, 1)).card(false);
        ResidentState registered = world.residents().register(wanted);
        assertEquals("検証 花子", registered.getResident().getName());
        assertEquals(LocalDate.of(1990, 4, 1), registered.getResident().getBirthDate());
        assertTrue(registered.getCertificates().isEmpty());
        assertEquals(2, world.residents().issueCard(registered).getCertificates().size());
    }

    @Test
    void lifeOfACertificateIsToldInTheRegister() {
        ResidentState holder = world.residents().another();
        assertNull(of(Kind.AUTH, holder).getRevoked());
        world.residents().revoke(holder, Kind.AUTH, RevocationReason.KEY_COMPROMISE);
        world.residents().move(holder);
        ResidentState after = world.residents().get(holder.getResident().getId());
        assertEquals(RevocationReason.KEY_COMPROMISE, of(Kind.AUTH, after).getReason());
        assertEquals(RevocationReason.AFFILIATION_CHANGED, of(Kind.SIGN, after).getReason());
        assertNotEquals(holder.getResident().getAddress(), after.getResident().getAddress());
    }

    @Test
    void cardIsPutInResetAndTakenOut() {
        ResidentState holder = world.card("Kazashi-2").insert();
        assertEquals(holder.getResident().getId(), world.card("Kazashi-2").state().getResident());
        assertNull(world.card().state().getCard());
        assertArrayEquals(world.card("Kazashi-2").powerOn(), world.card("Kazashi-2").reset());
        world.card("Kazashi-2").powerOff();
        assertFalse(world.card("Kazashi-2").state().getPowered());
        Refused refused = assertThrows(Refused.class, () -> world.card("Kazashi-2").transmit(new byte[] {0, 0, 0, 0}));
        assertEquals(409, refused.status());
        world.card("Kazashi-2").remove();
        List<TraceEvent> told = world.card("Kazashi-2").trace(0).getEntries().stream()
                .map(each -> each.getEvent()).toList();
        assertTrue(told.contains(TraceEvent.REMOVED), told.toString());
    }

    @Test
    void faultSaysAllThatCanBeSaid() {
        OffsetDateTime until = world.clock().now().plusSeconds(60).atOffset(ZoneOffset.UTC);
        FaultState set = world.jlis().fault(new NewFault()
                .fault(Fault.STALE).door(FaultDoor.OCSP_SIGN).serial("1f").count(3L).seconds(1.5).until(until));
        assertAll(
                () -> assertEquals("1f", set.getSerial()),
                () -> assertEquals(3L, set.getLeft()),
                () -> assertEquals(1.5, set.getSeconds()),
                () -> assertNull(set.getSince()),
                () -> assertEquals(until, set.getUntil()));
        assertEquals(List.of(set), world.jlis().faults());
        world.jlis().remove(set);
        assertTrue(world.jlis().faults().isEmpty());
    }

    @Test
    void whatIsAwaitedMayComeLater() throws Exception {
        CompletableFuture<JournalEntry> awaited = CompletableFuture.supplyAsync(
                () -> world.journal().await(entry -> entry.getHttp() == 404, Duration.ofSeconds(20)));
        assertThrows(Refused.class, () -> world.residents().get("nobody"));
        assertEquals("control", awaited.get(20, TimeUnit.SECONDS).getDoor());
    }

    @Test
    void refusalIsToldInTheWordsOfTheWorld() {
        Refused refused = assertThrows(Refused.class, () -> world.residents().get("nobody"));
        assertEquals(404, refused.status());
        assertTrue(refused.getMessage().contains("nobody"), refused.getMessage());
    }

    @RepeatedTest(2)
    void nothingOfATestIsLeftForTheNext() {
        assertAll(
                () -> assertTrue(world.jlis().faults().isEmpty()),
                () -> assertNull(world.card().state().getCard()),
                () -> assertTrue(world.journal().entries().isEmpty()));
        world.card().insert();
        world.jlis().fault(Fault.SILENT);
        assertThrows(Refused.class, world.card()::insert);
    }

    /** A nested class lives in the world of the one around it. */
    @Nested
    class Within {
        @Test
        void sameWorld(Kazashi within) {
            assertEquals(world.addresses(), within.addresses());
        }
    }

    private static CertificateState of(Kind kind, ResidentState holder) {
        return holder.getCertificates().stream().filter(each -> each.getKind() == kind).findFirst().orElseThrow();
    }
}
