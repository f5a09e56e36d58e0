package io.github.fusedrnn.cudnn.internal.rnn;

import static org.bytedeco.cuda.global.cudnn.CUDNN_RNN_ALGO_PERSIST_STATIC;
import static org.bytedeco.cuda.global.cudnn.CUDNN_RNN_ALGO_PERSIST_STATIC_SMALL_H;
import static org.bytedeco.cuda.global.cudnn.CUDNN_RNN_ALGO_STANDARD;

import io.github.fusedrnn.config.CellKind;
import io.github.fusedrnn.config.RecurrentConfig;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * cuDNN's algorithms for a sequence. The persistent ones keep the recurrent weights in registers or shared memory for all steps: they are faster
 * where the weights fit, and need sequences of equal length. cuDNN does not check the limits of a shape when a descriptor is set: it returns
 * NOT_SUPPORTED later, and the call falls back to STANDARD.
 */
enum Algorithm {
    STANDARD("standard", CUDNN_RNN_ALGO_STANDARD),
    PERSIST("persist", CUDNN_RNN_ALGO_PERSIST_STATIC),
    SMALL_H("smallh", CUDNN_RNN_ALGO_PERSIST_STATIC_SMALL_H);

    /** Up to which H SMALL_H is faster, as PyTorch has found: for forward alone, and with a backward. */
    private static final int SMALL_RNN = 384;

    private static final int SMALL_GATED = 192;
    private static final int SMALL_RNN_TRAINING = 256;
    private static final int SMALL_GATED_TRAINING = 128;
    private static final int PERSIST_WIDEST = 1024;
    private static final int PERSIST_MULTIPLE = 128;
    private static final int PERSIST_BATCH_MULTIPLE = 8;
    private static final int PERSIST_MOST_ROWS = 128;

    private final String label;
    private final int code;

    Algorithm(String label, int code) {
        this.label = label;
        this.code = code;
    }

    /** The name in options and tuning files. */
    String label() {
        return label;
    }

    /** cudnnRNNAlgo_t. */
    int code() {
        return code;
    }

    /** The algorithm of a label; null if there is none. */
    static @Nullable Algorithm of(String label) {
        for (Algorithm algorithm : values()) {
            if (algorithm.label.equals(label)) {
                return algorithm;
            }
        }
        return null;
    }

    /** Why cuDNN refuses this algorithm for a layer, whatever the shape; null if it does not. */
    @Nullable
    String refusal(RecurrentConfig config) {
        if (this == STANDARD) {
            return null;
        }
        if (config.projectionSize() > 0) {
            return "a projection runs with the standard algorithm only";
        }
        return this == SMALL_H && !config.bias() ? "smallh needs biases" : null;
    }

    /** The algorithms that cuDNN may run a layer with, STANDARD first: the candidates of a measurement. */
    static List<Algorithm> candidates(RecurrentConfig config, boolean training) {
        List<Algorithm> all = new ArrayList<>();
        for (Algorithm algorithm : values()) {
            if (algorithm.refusal(config) == null && algorithm.mayFit(config, training)) {
                all.add(algorithm);
            }
        }
        return all;
    }

    private boolean mayFit(RecurrentConfig config, boolean training) {
        return switch (this) {
            case STANDARD -> true;
            case PERSIST -> config.hiddenSize() <= PERSIST_WIDEST;
            case SMALL_H -> config.hiddenSize() <= smallest(config, training);
        };
    }

    private static int smallest(RecurrentConfig config, boolean training) {
        if (config.cell() == CellKind.RNN) {
            return training ? SMALL_RNN_TRAINING : SMALL_RNN;
        }
        return training ? SMALL_GATED_TRAINING : SMALL_GATED;
    }

    /** The rule for sequences of equal length. */
    static Algorithm byRule(RecurrentConfig config, MathMode math, int n, boolean training) {
        if (SMALL_H.refusal(config) == null && SMALL_H.mayFit(config, training)) {
            return SMALL_H;
        }
        boolean persists =
                ruleMayTake(PERSIST, config, math) && n % PERSIST_BATCH_MULTIPLE == 0 && n <= PERSIST_MOST_ROWS;
        return persists ? PERSIST : STANDARD;
    }

    /** Whether the rule chooses an algorithm for some calls of a layer. */
    static boolean ruleMayTake(Algorithm algorithm, RecurrentConfig config, MathMode math) {
        if (algorithm.refusal(config) != null) {
            return false;
        }
        return switch (algorithm) {
            case STANDARD -> true;
            case SMALL_H -> SMALL_H.mayFit(config, false);
            case PERSIST ->
                math == MathMode.FLOAT16
                        && config.layers() == 1
                        && config.directions() == 1
                        && config.cell() != CellKind.GRU
                        && config.hiddenSize() <= PERSIST_WIDEST
                        && config.hiddenSize() % PERSIST_MULTIPLE == 0
                        && config.inputSize() % PERSIST_MULTIPLE == 0;
        };
    }

    /** Why the rule chooses no faster algorithm, in words. */
    static String whyStandard(RecurrentConfig config, boolean training) {
        String projection = PERSIST.refusal(config);
        if (projection != null) {
            return projection;
        }
        String bias = SMALL_H.refusal(config);
        return bias != null
                ? bias
                : "H = " + config.hiddenSize() + " is above " + smallest(config, training)
                        + ", the limit of smallh, and persist needs float16, one layer and direction, no GRU, C and H multiples of 128,"
                        + " H up to 1,024, N a multiple of 8 up to 128";
    }
}
