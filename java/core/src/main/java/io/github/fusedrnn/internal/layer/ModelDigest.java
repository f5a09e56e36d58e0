package io.github.fusedrnn.internal.layer;

import io.github.fusedrnn.config.Activation;
import io.github.fusedrnn.config.RecurrentConfig;
import io.github.fusedrnn.tensor.TensorStorage;
import io.github.fusedrnn.weights.ModelFingerprint;
import io.github.fusedrnn.weights.WeightLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** Computes {@link ModelFingerprint}s. */
final class ModelDigest {
    private static final int PIECE = 1 << 14;

    private ModelDigest() {}

    /** The fingerprint of a description and a canonical block, which nobody changes meanwhile. */
    static ModelFingerprint of(RecurrentConfig config, WeightLayout layout, TensorStorage block) {
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
        return ModelFingerprint.of(digest.digest());
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
}
