package kazashi.adapter.library;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.RSAPublicKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.HexFormat;

/** RSA PKCS#1 v1.5 with SHA-256, the one algorithm of the contract. */
final class Signatures {
    private Signatures() {}

    static boolean verify(PublicKey key, byte[] signed, byte[] signature) {
        try {
            Signature verifier = Signature.getInstance("SHA256withRSA");
            verifier.initVerify(key);
            verifier.update(signed);
            return verifier.verify(signature);
        } catch (SignatureException | InvalidKeyException fault) {
            return false; // of another length, or by a key that is no RSA key
        } catch (GeneralSecurityException fault) {
            throw new IllegalStateException("RSA of this JDK", fault);
        }
    }

    static PublicKey rsa(byte[] modulus, byte[] exponent) throws InvalidKeySpecException {
        return factory().generatePublic(new RSAPublicKeySpec(new BigInteger(1, modulus), new BigInteger(1, exponent)));
    }

    static PublicKey rsa(byte[] subjectPublicKeyInfo) throws InvalidKeySpecException {
        return factory().generatePublic(new X509EncodedKeySpec(subjectPublicKeyInfo));
    }

    /** Returns SHA-256 of the key's SubjectPublicKeyInfo in hex: what accounts are kept under. */
    static String nameOf(PublicKey key) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(key.getEncoded()));
        } catch (GeneralSecurityException fault) {
            throw new IllegalStateException("SHA-256 of this JDK", fault);
        }
    }

    private static KeyFactory factory() {
        try {
            return KeyFactory.getInstance("RSA");
        } catch (GeneralSecurityException fault) {
            throw new IllegalStateException("RSA of this JDK", fault);
        }
    }
}
