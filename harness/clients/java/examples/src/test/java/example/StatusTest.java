package example;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import example.StatusCheck.Status;
import example.StatusCheck.Told;
import java.io.ByteArrayInputStream;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import kazashi.control.Journal;
import kazashi.control.Kazashi;
import kazashi.control.KazashiTest;
import kazashi.control.NotAsked;
import kazashi.control.generated.model.AuthorityAnchor;
import kazashi.control.generated.model.Fault;
import kazashi.control.generated.model.JournalEntry;
import kazashi.control.generated.model.Kind;
import kazashi.control.generated.model.ResidentState;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A product that asks OCSP. 失効確認を行う製品の試験。
 *
 * <p>The JDK holds an OCSP answer against the host's time, with a quarter of an hour of tolerance: so this world opens
 * at the host's time (no {@code at}), and goes on by one mark at most. A product that is told the time lives on any day.
 */
@KazashiTest
class StatusTest {
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private Kazashi world;
    private ResidentState holder;
    private X509Certificate certificate;
    private StatusCheck product;

    @BeforeEach
    void someoneHoldsUpTheirCard(Kazashi world) throws Exception {
        this.world = world;
        holder = world.card().insert();
        certificate = new CertificateReader(world.card()::transmit).read();
        product = new StatusCheck(authority(world), world.jlis().ocsp(Kind.AUTH));
    }

    @Test
    void goodCardIsGoodAndWasAskedFor() throws Exception {
        assertEquals(Status.GOOD, asked().status());

        JournalEntry question = world.journal().await(Journal.ocsp(serial()), PATIENCE);
        assertEquals("good", question.getAnswer());
    }

    @Test
    void lostCardIsRevokedFromTheNextMarkOn() throws Exception {
        world.residents().lose(holder);
        Status before = asked().status();

        Instant mark = world.clock().toNextMark();
        Status after = asked().status();

        assertEquals(Status.GOOD, before);
        assertEquals(Status.REVOKED, after);
        assertEquals(0, mark.getEpochSecond() % 900);
    }

    @Test
    void unavailableResponderIsNoGoodStatus() throws Exception {
        world.jlis().fault(Fault.UNAVAILABLE);

        Told told = asked();

        assertEquals(Status.UNAVAILABLE, told.status());
        assertTrue(told.why().contains("503"), told.why());
        assertEquals(503, world.journal().await(Journal.ocsp(serial()), PATIENCE).getHttp());
    }

    @Test
    void productThatDoesNotAskIsFound() {
        NotAsked found = assertThrows(NotAsked.class,
                () -> world.journal().await(Journal.ocsp(serial()), Duration.ofMillis(200)));

        assertTrue(found.getMessage().contains("actual none at all"), found.getMessage());
    }

    private Told asked() throws Exception {
        return product.check(certificate, world.clock().now());
    }

    private String serial() {
        return certificate.getSerialNumber().toString(16);
    }

    private static X509Certificate authority(Kazashi world) throws CertificateException {
        byte[] anchor = world.anchors().getAuthorities().stream()
                .filter(each -> each.getKind() == Kind.AUTH)
                .map(AuthorityAnchor::getCertificate)
                .findFirst()
                .orElseThrow();
        return (X509Certificate) CertificateFactory.getInstance("X.509")
                .generateCertificate(new ByteArrayInputStream(anchor));
    }
}
