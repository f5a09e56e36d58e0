package io.github.fusedrnn.weights;

import io.github.fusedrnn.internal.checks.Checks;
import java.util.HexFormat;

/**
 * SHA-256 of what a model computes in inference: its description (dropout and the order of dimensions change no number and are left out) and
 * the bits of its canonical float32 weights. Backend, instruction set and precision of the packed weights have no part in it. A value.
 *
 * @param hex 64 hexadecimal digits
 */
public record ModelFingerprint(String hex) {
    /** Length of {@link #bytes()}. */
    public static final int BYTES = 32;

    /** Refuses what is no such digest. */
    public ModelFingerprint {
        if (!hex.matches("[0-9a-f]{64}")) {
            throw Checks.wrong("hex", "'" + hex + "'", "64 hexadecimal digits in lower case");
        }
    }

    /** The fingerprint of {@link #BYTES} bytes. */
    public static ModelFingerprint of(byte[] digest) {
        return new ModelFingerprint(HexFormat.of().formatHex(digest));
    }

    /** The digest, {@link #BYTES} bytes. */
    public byte[] bytes() {
        return HexFormat.of().parseHex(hex);
    }

    @Override
    public String toString() {
        return hex;
    }
}
