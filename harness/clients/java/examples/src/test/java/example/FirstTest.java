package example;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.security.cert.X509Certificate;
import kazashi.control.Card;
import kazashi.control.Kazashi;
import kazashi.control.KazashiTest;
import kazashi.control.generated.model.ResidentState;
import org.junit.jupiter.api.Test;

/** The first test: a card is put in and read. カードを挿して読む、最初の試験。 */
@KazashiTest
class FirstTest {
    @Test
    void readsTheCertificateOfTheHolder(Kazashi world) throws Exception {
        Card card = world.card();
        ResidentState holder = card.insert();

        X509Certificate read = new CertificateReader(card::transmit).read();

        String expected = holder.getCertificates().get(0).getSerial();
        assertEquals(expected, read.getSerialNumber().toString(16));
    }
}
