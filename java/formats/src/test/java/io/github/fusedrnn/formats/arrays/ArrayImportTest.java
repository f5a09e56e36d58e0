package io.github.fusedrnn.formats.arrays;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.fusedrnn.Gru;
import io.github.fusedrnn.Lstm;
import io.github.fusedrnn.RecurrentLayer;
import io.github.fusedrnn.config.BackendKind;
import io.github.fusedrnn.config.ResetPlacement;
import io.github.fusedrnn.formats.LayerImport;
import io.github.fusedrnn.formats.testing.LayerRun;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ArrayImportTest {
    private static final int C = 3;
    private static final int H = 2;
    private static final float[] X = numbers(C, 5);
    private static final float[] H0 = numbers(H, 6);
    private static final float[] C0 = numbers(H, 7);

    private static float[] numbers(int count, int seed) {
        Random random = new Random(seed);
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = random.nextFloat() * 2 - 1;
        }
        return values;
    }

    private static double sigmoid(double x) {
        return 1 / (1 + Math.exp(-x));
    }

    /** Column {@code column} of [x, h] times the kernel, as TensorFlow writes it, plus the bias. */
    private static double product(float[] kernel, int columns, int column, double[] h, float[] bias) {
        double sum = bias[column];
        for (int k = 0; k < C + H; k++) {
            sum += (k < C ? X[k] : h[k - C]) * kernel[k * columns + column];
        }
        return sum;
    }

    private static double[] wide(float[] values) {
        double[] wide = new double[values.length];
        for (int i = 0; i < values.length; i++) {
            wide[i] = values[i];
        }
        return wide;
    }

    private static void assertStep(LayerImport layer, double[] h, double[] c) {
        for (BackendKind backend : LayerRun.BACKENDS) {
            LayerRun run = LayerRun.of(layer, backend, 1, 1, X, null, H0, C0);
            for (int j = 0; j < H; j++) {
                // a step of six products in float32
                assertThat(run.y()[j]).as("%s h %d", backend, j).isCloseTo((float) h[j], within(1e-6f));
                if (run.cn() != null) {
                    assertThat(run.cn()[j]).as("%s c %d", backend, j).isCloseTo((float) c[j], within(1e-6f));
                }
            }
        }
    }

    /** The step written out with TensorFlow's own indices: gate {@code g} of unit j is column g*H + j. */
    private static double[][] lstmStep(
            float[] kernel, float[] bias, float[] peepholes, int i, int j, int f, int o, double forget, double clip) {
        double[][] result = new double[2][H];
        for (int unit = 0; unit < H; unit++) {
            double c0 = C0[unit];
            double in = sigmoid(product(kernel, 4 * H, i * H + unit, wide(H0), bias) + peepholes[unit] * c0);
            double candidate = Math.tanh(product(kernel, 4 * H, j * H + unit, wide(H0), bias));
            double keep =
                    sigmoid(product(kernel, 4 * H, f * H + unit, wide(H0), bias) + forget + peepholes[H + unit] * c0);
            double c = Math.max(-clip, Math.min(clip, in * candidate + keep * c0));
            double out = sigmoid(product(kernel, 4 * H, o * H + unit, wide(H0), bias) + peepholes[2 * H + unit] * c);
            result[0][unit] = out * Math.tanh(c);
            result[1][unit] = c;
        }
        return result;
    }

    @Test
    void basicLstmCellsGiveTensorFlowsStep() {
        float[] kernel = numbers((C + H) * 4 * H, 1);
        float[] bias = numbers(4 * H, 2);
        double[][] expected = lstmStep(kernel, bias, new float[3 * H], 0, 1, 2, 3, 1, 1e9);
        assertStep(TensorFlowKernels.lstm(kernel, bias, C, H, 1, 0), expected[0], expected[1]);
    }

    @Test
    void blockLstmsClipTheCellAndHavePeepholes() {
        float[] kernel = numbers((C + H) * 4 * H, 1);
        float[] bias = numbers(4 * H, 2);
        float[] peepholes = numbers(3 * H, 3);
        double[][] expected = lstmStep(kernel, bias, peepholes, 0, 1, 2, 3, 0.5, 0.1f);
        assertStep(TensorFlowKernels.peepholeLstm(kernel, bias, peepholes, C, H, 0.5f, 0.1f), expected[0], expected[1]);
    }

    @Test
    void theSecondBlockLstmHasAnotherOrderAndNoForgetBias() {
        float[] kernel = numbers((C + H) * 4 * H, 1);
        float[] bias = numbers(4 * H, 2);
        double[][] expected = lstmStep(kernel, bias, new float[3 * H], 0, 2, 1, 3, 0, 1e9);
        assertStep(TensorFlowKernels.blockLstmV2(kernel, bias, C, H, 0), expected[0], expected[1]);
    }

    @Test
    void gruCellsGiveTensorFlowsStep() {
        float[] gates = numbers((C + H) * 2 * H, 1);
        float[] gateBias = numbers(2 * H, 2);
        float[] candidate = numbers((C + H) * H, 3);
        float[] candidateBias = numbers(H, 4);
        double[] reset = new double[H];
        for (int j = 0; j < H; j++) {
            reset[j] = sigmoid(product(gates, 2 * H, j, wide(H0), gateBias)) * H0[j];
        }
        double[] h = new double[H];
        for (int j = 0; j < H; j++) {
            double u = sigmoid(product(gates, 2 * H, H + j, wide(H0), gateBias));
            h[j] = u * H0[j] + (1 - u) * Math.tanh(product(candidate, H, j, reset, candidateBias));
        }
        assertStep(TensorFlowKernels.gru(gates, gateBias, candidate, candidateBias, C, H), h, h);
    }

    @Test
    void aBlobOfMxnetIsAllWeightsThenAllBiases() {
        try (RecurrentLayer lstm = Lstm.builder(C, H)
                        .layers(2)
                        .bidirectional()
                        .backend(BackendKind.REFERENCE)
                        .build();
                RecurrentLayer gru =
                        Gru.builder(C, H).backend(BackendKind.REFERENCE).build()) {
            for (RecurrentLayer layer : List.of(lstm, gru)) {
                List<Float> blob = new ArrayList<>();
                // MXNet's gates are in our order: its blob is our parameters, weights first.
                for (String part : List.of("weight", "bias")) {
                    for (String name : layer.weights().names()) {
                        if (name.startsWith(part)) {
                            for (float value : layer.weights().get(name)) {
                                blob.add(value);
                            }
                        }
                    }
                }
                float[] values = new float[blob.size()];
                for (int i = 0; i < values.length; i++) {
                    values[i] = blob.get(i);
                }
                LayerImport found = MxnetBlob.read(layer.config(), values);
                for (String name : layer.weights().names()) {
                    assertThat(found.weights().get(name))
                            .isEqualTo(layer.weights().get(name));
                }
                assertThatThrownBy(() -> MxnetBlob.read(layer.config(), new float[3]))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining("blob: 3 elements (expected: " + values.length + ")");
            }
        }
    }

    @Test
    void wrongArraysAreRefusedByName() {
        assertThatThrownBy(() -> TensorFlowKernels.lstm(new float[7], new float[4 * H], C, H, 1, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("kernel: 7 elements (expected: [5, 8])");
        assertThatThrownBy(() -> TensorFlowKernels.lstm(new float[40], new float[3], C, H, 1, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("bias: 3 elements");
        assertThatThrownBy(() -> TensorFlowKernels.gru(new float[20], new float[4], new float[9], new float[2], C, H))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("candidateKernel: 9 elements");
        try (RecurrentLayer before = Gru.builder(C, H)
                .reset(ResetPlacement.BEFORE)
                .backend(BackendKind.REFERENCE)
                .build()) {
            assertThatThrownBy(() -> MxnetBlob.read(before.config(), new float[1]))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }
}
