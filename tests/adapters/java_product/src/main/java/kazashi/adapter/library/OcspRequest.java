package kazashi.adapter.library;

import java.io.ByteArrayOutputStream;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.util.Arrays;

/**
 * An OCSP request for one certificate (RFC 6960 §4.1.1), with SHA-1 in the CertID as the JDK's verifier expects it.
 *
 * <p>The JDK has a client of its own, but that judges the answer's validity by the host's clock, whatever
 * {@code PKIXParameters.setDate} says. An answer that is handed to it is judged at that date.
 */
final class OcspRequest {
    private static final int SEQUENCE = 0x30;
    private static final int OCTET_STRING = 0x04;
    private static final int INTEGER = 0x02;
    private static final byte[] SHA1 = {0x30, 0x09, 0x06, 0x05, 0x2B, 0x0E, 0x03, 0x02, 0x1A, 0x05, 0x00};

    private OcspRequest() {}

    static byte[] of(X509Certificate certificate, X509Certificate issuer) {
        byte[] certId = object(
                SEQUENCE,
                SHA1,
                object(OCTET_STRING, sha1(issuer.getSubjectX500Principal().getEncoded())),
                object(OCTET_STRING, sha1(keyBits(issuer.getPublicKey().getEncoded()))),
                object(INTEGER, certificate.getSerialNumber().toByteArray()));
        byte[] requestList = object(SEQUENCE, object(SEQUENCE, certId));
        return object(SEQUENCE, object(SEQUENCE, requestList));
    }

    /** Returns what stands in the BIT STRING of a SubjectPublicKeyInfo of an RSA key, after "no unused bits". */
    private static byte[] keyBits(byte[] info) {
        int at = header(info, 0); // SubjectPublicKeyInfo
        int algorithm = header(info, at);
        int bits = algorithm + length(info, at);
        return Arrays.copyOfRange(info, header(info, bits) + 1, info.length);
    }

    /** Returns where the value of the object at {@code at} begins. */
    private static int header(byte[] der, int at) {
        int first = der[at + 1] & 0xFF;
        return at + 2 + (first > 0x7F ? first & 0x7F : 0);
    }

    private static int length(byte[] der, int at) {
        int first = der[at + 1] & 0xFF;
        if (first <= 0x7F) {
            return first;
        }
        int length = 0;
        for (int octet = at + 2; octet < header(der, at); octet++) {
            length = length << 8 | der[octet] & 0xFF;
        }
        return length;
    }

    private static byte[] object(int tag, byte[]... parts) {
        ByteArrayOutputStream value = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            value.writeBytes(part);
        }
        ByteArrayOutputStream object = new ByteArrayOutputStream();
        object.write(tag);
        if (value.size() > 0x7F) {
            object.write(0x81); // no request is as long as 256 bytes
        }
        object.write(value.size());
        object.writeBytes(value.toByteArray());
        return object.toByteArray();
    }

    private static byte[] sha1(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-1").digest(bytes);
        } catch (GeneralSecurityException fault) {
            throw new IllegalStateException("SHA-1 of this JDK", fault);
        }
    }
}
