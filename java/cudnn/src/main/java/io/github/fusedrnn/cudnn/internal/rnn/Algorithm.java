package io.github.fusedrnn.cudnn.internal.rnn;

import static org.bytedeco.cuda.global.cudnn.CUDNN_RNN_ALGO_PERSIST_STATIC;
import static org.bytedeco.cuda.global.cudnn.CUDNN_RNN_ALGO_PERSIST_STATIC_SMALL_H;
import static org.bytedeco.cuda.global.cudnn.CUDNN_RNN_ALGO_STANDARD;

import io.github.fusedrnn.CellKind;
import io.github.fusedrnn.spi.RecurrentDesc;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * cuDNN's ways through a sequence. The persistent ones keep the recurrent weights in registers or shared memory for all steps, so they are
 * faster where these fit, and want sequences of equal length. cuDNN does not check the limits of a shape when a descriptor is set: it answers
 * NOT_SUPPORTED later, and the call goes on with STANDARD.
 */
enum Algorithm {
    STANDARD("standard", CUDNN_RNN_ALGO_STANDARD),
    PERSIST("persist", CUDNN_RNN_ALGO_PERSIST_STATIC),
    SMALL_H("smallh", CUDNN_RNN_ALGO_PERSIST_STATIC_SMALL_H);

    /** Where SMALL_H stops to pay, as PyTorch has found: forward alone, and with a backward. */
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

    /** The name that users and tuning files write. */
    String label() {
        return label;
    }

    /** cudnnRNNAlgo_t. */
    int code() {
        return code;
    }

    /** Of a label; null if there is none such. */
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
    String refusal(RecurrentDesc desc) {
        if (this == STANDARD) {
            return null;
        }
        if (desc.projectionSize() > 0) {
            return "a projection runs with the standard algorithm only";
        }
        return this == SMALL_H && !desc.bias() ? "smallh wants biases" : null;
    }

    /** Those that cuDNN may run a layer with, STANDARD first: what a measurement compares. */
    static List<Algorithm> candidates(RecurrentDesc desc, boolean training) {
        List<Algorithm> all = new ArrayList<>();
        for (Algorithm algorithm : values()) {
            if (algorithm.refusal(desc) == null && algorithm.mayFit(desc, training)) {
                all.add(algorithm);
            }
        }
        return all;
    }

    private boolean mayFit(RecurrentDesc desc, boolean training) {
        return switch (this) {
            case STANDARD -> true;
            case PERSIST -> desc.hiddenSize() <= PERSIST_WIDEST;
            case SMALL_H -> desc.hiddenSize() <= smallest(desc, training);
        };
    }

    private static int smallest(RecurrentDesc desc, boolean training) {
        if (desc.cell() == CellKind.RNN) {
            return training ? SMALL_RNN_TRAINING : SMALL_RNN;
        }
        return training ? SMALL_GATED_TRAINING : SMALL_GATED;
    }

    /** The rule for sequences of equal length. */
    static Algorithm byRule(RecurrentDesc desc, Numbers numbers, int n, boolean training) {
        if (SMALL_H.refusal(desc) == null && SMALL_H.mayFit(desc, training)) {
            return SMALL_H;
        }
        boolean persists =
                ruleMayTake(PERSIST, desc, numbers) && n % PERSIST_BATCH_MULTIPLE == 0 && n <= PERSIST_MOST_ROWS;
        return persists ? PERSIST : STANDARD;
    }

    /** Whether the rule takes an algorithm for some calls of a layer. */
    static boolean ruleMayTake(Algorithm algorithm, RecurrentDesc desc, Numbers numbers) {
        if (algorithm.refusal(desc) != null) {
            return false;
        }
        return switch (algorithm) {
            case STANDARD -> true;
            case SMALL_H -> SMALL_H.mayFit(desc, false);
            case PERSIST ->
                numbers == Numbers.FLOAT16
                        && desc.layers() == 1
                        && desc.directions() == 1
                        && desc.cell() != CellKind.GRU
                        && desc.hiddenSize() <= PERSIST_WIDEST
                        && desc.hiddenSize() % PERSIST_MULTIPLE == 0
                        && desc.inputSize() % PERSIST_MULTIPLE == 0;
        };
    }

    /** Why the rule takes none that is faster, in words. */
    static String whyStandard(RecurrentDesc desc, boolean training) {
        String projection = PERSIST.refusal(desc);
        if (projection != null) {
            return projection;
        }
        String bias = SMALL_H.refusal(desc);
        return bias != null
                ? bias
                : "H = " + desc.hiddenSize() + " is above " + smallest(desc, training)
                        + ", where smallh stops to pay, and persist wants float16, one layer and direction, no GRU, C and H multiples of 128"
                        + " up to 1,024, N a multiple of 8 up to 128";
    }
}
