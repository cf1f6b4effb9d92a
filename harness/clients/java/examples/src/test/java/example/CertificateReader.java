package example;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.function.UnaryOperator;

/** Stands for the product: reads the authentication certificate (利用者証明用) of a card, APDU by APDU. */
final class CertificateReader {
    private static final String SELECT_JPKI = "00A4040C0AD392F000260100000001";
    private static final String SELECT_CERTIFICATE = "00A4020C02000A";
    private static final int HEADER = 4; // tag, 82, two octets of length: a certificate has more than 255 octets
    private static final int CHUNK = 255;
    private final UnaryOperator<byte[]> channel;

    /** The channel takes a command APDU and gives the response APDU: a reader's, or the world's slot. */
    CertificateReader(UnaryOperator<byte[]> channel) {
        this.channel = channel;
    }

    X509Certificate read() throws CertificateException {
        sent(HexFormat.of().parseHex(SELECT_JPKI));
        sent(HexFormat.of().parseHex(SELECT_CERTIFICATE));
        byte[] header = part(0, HEADER);
        int end = HEADER + (header[2] & 0xFF) * 256 + (header[3] & 0xFF);
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        while (whole.size() < end) {
            whole.writeBytes(part(whole.size(), Math.min(CHUNK, end - whole.size())));
        }
        return (X509Certificate) CertificateFactory.getInstance("X.509")
                .generateCertificate(new ByteArrayInputStream(whole.toByteArray()));
    }

    private byte[] part(int offset, int length) {
        return sent(new byte[] {0x00, (byte) 0xB0, (byte) (offset >> 8), (byte) offset, (byte) length});
    }

    /** Returns the data of an answer whose status word is 9000. */
    private byte[] sent(byte[] command) {
        byte[] answer = channel.apply(command);
        int data = answer.length - 2;
        if (answer[data] != (byte) 0x90 || answer[data + 1] != 0x00) {
            throw new IllegalStateException(HexFormat.of().formatHex(command) + ": expected 9000, actual "
                    + HexFormat.of().formatHex(answer, data, answer.length));
        }
        return Arrays.copyOf(answer, data);
    }
}
