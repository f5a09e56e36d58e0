package io.github.fusedrnn.formats.arrays;

import io.github.fusedrnn.config.CellKind;
import io.github.fusedrnn.config.RecurrentConfig;
import io.github.fusedrnn.config.ResetPlacement;
import io.github.fusedrnn.formats.ImportReport;
import io.github.fusedrnn.formats.LayerImport;
import io.github.fusedrnn.formats.layout.CanonicalWeights;
import io.github.fusedrnn.formats.layout.Framework;
import io.github.fusedrnn.formats.layout.LayerLayout;
import io.github.fusedrnn.internal.checks.Checks;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Cells of TensorFlow 1, given as the arrays of their variables: a kernel {@code [C+H, G*H]} whose first C rows multiply x and the others
 * h, row-major, and one bias. The layer is one forward direction, {@code [T, N, C]}.
 */
public final class TensorFlowKernels {
    private TensorFlowKernels() {}

    /**
     * BasicLSTMCell, LSTMCell without peepholes, BlockLSTM and LSTMBlockCell: i, f, o = σ(·), j = tanh(·), with the forget bias added to f
     * when the cell runs.
     *
     * @param kernel {@code [C+H, 4*H]}, gates i j f o
     * @param bias {@code [4*H]}
     * @param inputSize C
     * @param hiddenSize H
     * @param forgetBias what the cell adds to f: its argument {@code forget_bias}, 1.0 by default; it is not in the bias
     * @param cellClip the argument {@code cell_clip}: bound of |c|; 0 for none (LSTMBlockCell's default is none, the raw operators' is 3)
     * @throws IllegalArgumentException if a size is wrong
     */
    public static LayerImport lstm(
            float[] kernel, float[] bias, int inputSize, int hiddenSize, float forgetBias, float cellClip) {
        return lstm(Framework.TF1, kernel, bias, null, inputSize, hiddenSize, forgetBias, cellClip);
    }

    /**
     * LSTMBlockCell and BlockLSTM with peepholes.
     *
     * @param kernel {@code [C+H, 4*H]}, gates i j f o
     * @param bias {@code [4*H]}
     * @param peepholes {@code [3*H]}: wci, wcf, wco one after another
     * @param inputSize C
     * @param hiddenSize H
     * @param forgetBias what the cell adds to f
     * @param cellClip bound of |c|; 0 for none
     * @throws IllegalArgumentException if a size is wrong
     */
    public static LayerImport peepholeLstm(
            float[] kernel,
            float[] bias,
            float[] peepholes,
            int inputSize,
            int hiddenSize,
            float forgetBias,
            float cellClip) {
        return lstm(Framework.TF1, kernel, bias, peepholes, inputSize, hiddenSize, forgetBias, cellClip);
    }

    /**
     * The operator BlockLSTMV2: gates in another order, and no forget bias.
     *
     * @param kernel {@code [C+H, 4*H]}, gates i f j o
     * @param bias {@code [4*H]}
     * @param inputSize C
     * @param hiddenSize H
     * @param cellClip bound of |c|; 0 for none
     * @throws IllegalArgumentException if a size is wrong
     */
    public static LayerImport blockLstmV2(float[] kernel, float[] bias, int inputSize, int hiddenSize, float cellClip) {
        return lstm(Framework.TF_BLOCK_V2, kernel, bias, null, inputSize, hiddenSize, 0, cellClip);
    }

    /**
     * GRUCell: r, u = σ(·), the reset before the product.
     *
     * @param gateKernel {@code [C+H, 2*H]}, gates r u
     * @param gateBias {@code [2*H]}
     * @param candidateKernel {@code [C+H, H]}
     * @param candidateBias {@code [H]}
     * @param inputSize C
     * @param hiddenSize H
     * @throws IllegalArgumentException if a size is wrong
     */
    public static LayerImport gru(
            float[] gateKernel,
            float[] gateBias,
            float[] candidateKernel,
            float[] candidateBias,
            int inputSize,
            int hiddenSize) {
        RecurrentConfig config = config(CellKind.GRU, inputSize, hiddenSize, ResetPlacement.BEFORE, 0, false);
        requireSize("gateKernel", gateKernel, (long) inputSize + hiddenSize, 2L * hiddenSize);
        requireSize("candidateKernel", candidateKernel, (long) inputSize + hiddenSize, hiddenSize);
        requireSize("gateBias", gateBias, 1, 2L * hiddenSize);
        requireSize("candidateBias", candidateBias, 1, hiddenSize);
        float[] kernel = new float[gateKernel.length + candidateKernel.length];
        for (int row = 0; row < inputSize + hiddenSize; row++) {
            System.arraycopy(gateKernel, row * 2 * hiddenSize, kernel, row * 3 * hiddenSize, 2 * hiddenSize);
            System.arraycopy(candidateKernel, row * hiddenSize, kernel, (row * 3 + 2) * hiddenSize, hiddenSize);
        }
        float[] bias = Arrays.copyOf(gateBias, 3 * hiddenSize);
        System.arraycopy(candidateBias, 0, bias, 2 * hiddenSize, hiddenSize);
        return layer(config, Framework.TF1, kernel, bias, null, 0);
    }

    private static LayerImport lstm(
            Framework framework,
            float[] kernel,
            float[] bias,
            float @Nullable [] peepholes,
            int inputSize,
            int hiddenSize,
            float forgetBias,
            float cellClip) {
        RecurrentConfig config =
                config(CellKind.LSTM, inputSize, hiddenSize, ResetPlacement.AFTER, cellClip, peepholes != null);
        requireSize("kernel", kernel, (long) inputSize + hiddenSize, 4L * hiddenSize);
        return layer(config, framework, kernel, bias, peepholes, forgetBias);
    }

    private static LayerImport layer(
            RecurrentConfig config,
            Framework framework,
            float[] kernel,
            float[] bias,
            float @Nullable [] peepholes,
            float forgetBias) {
        int split = config.inputSize() * config.gates() * config.hiddenSize();
        LayerLayout layout = LayerLayout.of(framework, config.cell(), config.reset());
        CanonicalWeights canonical = new CanonicalWeights(config, layout, forgetBias)
                .put(
                        0,
                        0,
                        Arrays.copyOf(kernel, split),
                        Arrays.copyOfRange(kernel, split, kernel.length),
                        bias,
                        peepholes);
        ImportReport.Builder report = new ImportReport.Builder()
                .found(framework + " " + config.cell() + ", C = " + config.inputSize() + ", H = " + config.hiddenSize())
                .mapped("kernel, gates " + layout.gates() + ": the first C rows -> weight_ih, the others -> weight_hh")
                .mapped("bias -> bias_ih"
                        + (layout.forgetBias() ? "; forget bias " + forgetBias + " -> f of bias_hh" : ""));
        return new LayerImport("", config, canonical.toMap(), report.build());
    }

    private static RecurrentConfig config(
            CellKind cell, int inputSize, int hiddenSize, ResetPlacement reset, float cellClip, boolean peepholes) {
        return RecurrentConfig.builder(cell, inputSize, hiddenSize)
                .cellClip(cellClip)
                .peepholes(peepholes)
                .reset(reset)
                .build();
    }

    private static void requireSize(String name, float[] values, long rows, long columns) {
        if (values.length != rows * columns) {
            throw Checks.wrong(name, values.length + " elements", "[" + rows + ", " + columns + "]");
        }
    }
}
