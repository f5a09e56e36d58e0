package io.github.fusedrnn.internal.cpu;

import io.github.fusedrnn.config.Activation;
import io.github.fusedrnn.config.CellKind;
import io.github.fusedrnn.config.Precision;
import io.github.fusedrnn.config.RecurrentConfig;
import io.github.fusedrnn.config.ResetPlacement;
import io.github.fusedrnn.spi.EngineOptions;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Which layers run on compressed weights: the cells of the fused kernels. Native code refuses the same layers, without the reason. */
final class Compression {
    /** The ABI's kInt8MostTerms. */
    private static final int MOST_TERMS = 131_072;

    // Lists, not sets: the first hash of a record adds about 20 ms to a cold start.
    private static final List<Activation> OF_RNN =
            List.of(Activation.TANH, Activation.RELU, Activation.SIGMOID, Activation.IDENTITY);
    private static final List<Activation> OF_GRU = List.of(Activation.SIGMOID, Activation.TANH);
    private static final List<Activation> OF_LSTM = List.of(Activation.SIGMOID, Activation.TANH, Activation.TANH);

    private Compression() {}

    /** Why the layer cannot run with these options, and what can run it; null if it can run. */
    static @Nullable String refusal(RecurrentConfig config, EngineOptions options) {
        if (options.precision() == Precision.FLOAT32) {
            return null;
        }
        if (options.precision() == Precision.BFLOAT16 || options.precision() == Precision.TF32) {
            return notOfTheCpu(options.precision());
        }
        String feature = feature(config, options);
        return feature == null
                ? null
                : "precision " + options.precision() + " with " + feature
                        + " is not supported; precision FLOAT32 does it";
    }

    /** Why this backend does not have a precision, and which one does. */
    static String notOfTheCpu(Precision precision) {
        return "precision " + precision
                + " is not supported: the CPU's kernels have FLOAT32, FLOAT16 and INT8; backend CUDNN has it";
    }

    private static @Nullable String feature(RecurrentConfig config, EngineOptions options) {
        if (Products.isOpenBlas(options.cpuProducts())) {
            return "products by OpenBLAS, which has no compressed weights (cpuProducts packed has)";
        }
        if (config.peepholes()) {
            return "peepholes";
        }
        if (config.coupledInputForget()) {
            return "coupled input and forget gates";
        }
        if (config.gateClip() > 0) {
            return "a gate clip";
        }
        if (config.reset() != ResetPlacement.AFTER) {
            return "a GRU reset " + config.reset();
        }
        for (int d = 0; d < config.directions(); d++) {
            if (!standard(config, d)) {
                return "activations other than the cell's own";
            }
        }
        int widest = Math.max(
                Math.max(config.inputSize(), config.hiddenSize()), config.layers() > 1 ? config.outputSize() : 0);
        return options.precision() == Precision.INT8 && widest > MOST_TERMS
                ? "a width of " + widest + " (at most " + MOST_TERMS + "; FLOAT16 has no bound)"
                : null;
    }

    private static boolean standard(RecurrentConfig config, int d) {
        if (config.cell() == CellKind.RNN) {
            return OF_RNN.contains(config.activation(d, 0));
        }
        List<Activation> own = config.cell() == CellKind.GRU ? OF_GRU : OF_LSTM;
        for (int slot = 0; slot < own.size(); slot++) {
            if (!config.activation(d, slot).equals(own.get(slot))) {
                return false;
            }
        }
        return true;
    }
}
