package io.github.fusedrnn.weights;

import io.github.fusedrnn.config.Activation;
import io.github.fusedrnn.config.RecurrentConfig;
import io.github.fusedrnn.tensor.TensorStorage;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
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

    private static final int PIECE = 1 << 14;

    /** Refuses what is no such digest. */
    public ModelFingerprint {
        if (!hex.matches("[0-9a-f]{64}")) {
            throw new IllegalArgumentException("hex: '" + hex + "' (expected: 64 hexadecimal digits in lower case)");
        }
    }

    /** The fingerprint of {@link #BYTES} bytes. */
    public static ModelFingerprint of(byte[] digest) {
        return new ModelFingerprint(HexFormat.of().formatHex(digest));
    }

    /** For layers: the fingerprint of a description and a canonical block. */
    public static ModelFingerprint of(RecurrentConfig config, WeightLayout layout, TensorStorage block) {
        MessageDigest digest = sha256();
        digest.update(describe(config).getBytes(StandardCharsets.UTF_8));
        float[] values = new float[(int) Math.min(PIECE, layout.size())];
        ByteBuffer bytes = ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (long at = 0; at < layout.size(); at += values.length) {
            int count = (int) Math.min(values.length, layout.size() - at);
            block.read(at, values, 0, count);
            bytes.clear();
            bytes.asFloatBuffer().put(values, 0, count);
            digest.update(bytes.limit(count * Float.BYTES));
        }
        return of(digest.digest());
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** Every field that changes a number, in a form that does not depend on how records print themselves. */
    private static String describe(RecurrentConfig config) {
        StringBuilder text = new StringBuilder("fusedrnn model 1\n")
                .append(config.cell().name())
                .append(" C")
                .append(config.inputSize())
                .append(" H")
                .append(config.hiddenSize())
                .append(" P")
                .append(config.projectionSize())
                .append(" L")
                .append(config.layers())
                .append(' ')
                .append(config.direction().name())
                .append(' ')
                .append(config.merge().name())
                .append(" bias ")
                .append(config.bias())
                .append(" clip ")
                .append(Integer.toHexString(Float.floatToIntBits(config.cellClip())))
                .append(' ')
                .append(Integer.toHexString(Float.floatToIntBits(config.gateClip())))
                .append(" peepholes ")
                .append(config.peepholes())
                .append(" coupled ")
                .append(config.coupledInputForget())
                .append(" reset ")
                .append(config.reset().name());
        for (Activation f : config.activations()) {
            text.append(' ')
                    .append(f.kind().name())
                    .append(' ')
                    .append(Integer.toHexString(Float.floatToIntBits(f.alpha())))
                    .append(' ')
                    .append(Integer.toHexString(Float.floatToIntBits(f.beta())));
        }
        return text.append('\n').toString();
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
