package io.github.fusedrnn.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.fusedrnn.Lstm;
import io.github.fusedrnn.config.Activation;
import io.github.fusedrnn.config.BackendKind;
import io.github.fusedrnn.tensor.FloatTensor;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

abstract class DenseContract extends BackendContract {
    private static final List<Activation> ACTIVATIONS =
            List.of(Activation.IDENTITY, Activation.SIGMOID, Activation.TANH, Activation.RELU);

    DenseContract(BackendKind backend) {
        super(backend);
    }

    private static double f(Activation activation, double z) {
        return switch (activation.kind()) {
            case SIGMOID -> 1 / (1 + Math.exp(-z));
            case TANH -> Math.tanh(z);
            case RELU -> Math.max(z, 0);
            default -> z;
        };
    }

    private static double[] forward(Activation activation, int rows, double[] x, double[] w, double[] b) {
        int in = x.length / rows;
        int out = w.length / in;
        double[] y = new double[rows * out];
        for (int r = 0; r < rows; r++) {
            for (int o = 0; o < out; o++) {
                double z = b.length == 0 ? 0 : b[o];
                for (int i = 0; i < in; i++) {
                    z += x[r * in + i] * w[o * in + i];
                }
                y[r * out + o] = f(activation, z);
            }
        }
        return y;
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    private Dense dense(int in, int out, boolean bias, Activation activation) {
        return closing(Dense.builder(in, out)
                .bias(bias)
                .activation(activation)
                .initializeBias(Initialization.uniform(-1, 1))
                .seed(5)
                .backend(backend)
                .build());
    }

    @ParameterizedTest
    @CsvSource({"1, 1, 1", "3, 7, 5", "17, 33, 16", "33, 1, 7", "2, 17, 1"})
    void forwardAndGradientsMatchFloat64(int rows, int in, int out) {
        for (Activation activation : ACTIVATIONS) {
            for (boolean bias : new boolean[] {true, false}) {
                check(rows, in, out, activation, bias);
            }
        }
    }

    private void check(int rows, int in, int out, Activation activation, boolean bias) {
        String what =
                activation.kind() + (bias ? " with" : " without") + " bias, rows " + rows + ", " + in + " -> " + out;
        Dense dense = dense(in, out, bias, activation);
        FloatTensor x = tensor(Numbers.random(1, rows * in), rows, in);
        FloatTensor dy = tensor(Numbers.random(2, rows * out), rows, out);
        FloatTensor y = zeros(rows, out);
        FloatTensor dx = zeros(rows, in);
        dense.forward(x, y);
        dense.backward(x, y, dy, dx);

        double[] x64 = Numbers.doubles(x.toArray());
        double[] w64 = Numbers.doubles(dense.weight().toArray());
        double[] b64 = bias ? Numbers.doubles(dense.bias().toArray()) : new double[0];
        double[] dy64 = Numbers.doubles(dy.toArray());
        Numbers.assertClose(
                what + ", y", y.toArray(), forward(activation, rows, x64, w64, b64), Numbers.tolerance(in + 1));
        Numbers.assertClose(
                what + ", dx",
                dx.toArray(),
                Numbers.centralDifferences(v -> dot(dy64, forward(activation, rows, v, w64, b64)), x64),
                Numbers.tolerance(in + out));
        float[] gradients = dense.parameters().gradients().toArray();
        float[] dw = Arrays.copyOf(gradients, in * out);
        Numbers.assertClose(
                what + ", dW",
                dw,
                Numbers.centralDifferences(v -> dot(dy64, forward(activation, rows, x64, v, b64)), w64),
                Numbers.tolerance(in + rows));
        if (bias) {
            float[] db = Arrays.copyOfRange(gradients, in * out, gradients.length);
            Numbers.assertClose(
                    what + ", db",
                    db,
                    Numbers.centralDifferences(v -> dot(dy64, forward(activation, rows, x64, w64, v)), b64),
                    Numbers.tolerance(in + rows));
        }
    }

    @Test
    void takesSequencesOfAnyRank() {
        Dense dense = dense(4, 3, true, Activation.TANH);
        float[] values = Numbers.random(3, 2 * 5 * 4);
        FloatTensor y3 = zeros(2, 5, 3);
        FloatTensor y2 = zeros(10, 3);
        dense.forward(tensor(values, 2, 5, 4), y3);
        dense.forward(tensor(values, 10, 4), y2);
        assertThat(y3.toArray()).isEqualTo(y2.toArray());
    }

    @Test
    void addsToItsGradients() {
        Dense dense = dense(3, 2, true, Activation.IDENTITY);
        FloatTensor x = tensor(Numbers.random(1, 12), 4, 3);
        FloatTensor dy = tensor(Numbers.random(2, 8), 4, 2);
        FloatTensor y = zeros(4, 2);
        dense.forward(x, y);
        dense.backward(x, y, dy, null);
        double[] twice = Numbers.doubles(dense.parameters().gradients().toArray());
        for (int i = 0; i < twice.length; i++) {
            twice[i] *= 2;
        }
        dense.backward(x, y, dy, null);
        Numbers.assertClose("twice", dense.parameters().gradients().toArray(), twice, Numbers.tolerance(4));
    }

    @Test
    void leavesTheUpstreamGradientAlone() {
        Dense dense = dense(3, 2, true, Activation.SIGMOID);
        float[] upstream = Numbers.random(2, 8);
        FloatTensor x = tensor(Numbers.random(1, 12), 4, 3);
        FloatTensor dy = tensor(upstream, 4, 2);
        FloatTensor y = zeros(4, 2);
        dense.forward(x, y);
        dense.backward(x, y, dy, null);
        assertThat(dy.toArray()).isEqualTo(upstream);
    }

    @Test
    void sameSeedGivesSameWeights() {
        float[] first = dense(5, 4, true, Activation.IDENTITY).weight().toArray();
        assertThat(dense(5, 4, true, Activation.IDENTITY).weight().toArray()).isEqualTo(first);
        Dense other = closing(Dense.builder(5, 4).seed(6).backend(backend).build());
        assertThat(other.weight().toArray()).isNotEqualTo(first);
    }

    @Test
    void namesItsParameters() {
        assertThat(dense(5, 4, true, Activation.IDENTITY).parameters().entries())
                .containsExactly(
                        new ParameterBlock.Entry("weight", List.of(4L, 5L), 0),
                        new ParameterBlock.Entry("bias", List.of(4L), 20));
        assertThat(dense(5, 4, false, Activation.IDENTITY).parameters().size()).isEqualTo(20);
    }

    @Test
    void refusesWrongShapesByName() {
        Dense dense = dense(3, 2, true, Activation.IDENTITY);
        FloatTensor x = zeros(4, 3);
        FloatTensor y = zeros(4, 2);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> dense.forward(zeros(4, 5), y))
                .withMessage("x: [4, 5] (expected: [.., 3], in of this Dense)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> dense.forward(x, zeros(5, 2)))
                .withMessage("y: [5, 2] (expected: 4 rows of 2, out of this Dense)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> dense.backward(x, y, zeros(3, 2), null))
                .withMessage("dy: [3, 2] (expected: 4 rows of 2, out of this Dense)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> dense.backward(x, y, y, x))
                .withMessage("dx: overlaps x (expected: memory apart from x)");
    }

    @Test
    void refusesSizesAndActivationsThatDoNotDo() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Dense.builder(0, 2))
                .withMessage("in: 0 (expected: an integer >= 1)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Dense.builder(1 << 20, 1 << 20))
                .withMessageContaining("in, out: 1048576 x 1048576");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Dense.builder(1, 2).activation(Activation.SOFTPLUS))
                .withMessageContaining("activation: SOFTPLUS (expected: one of [SIGMOID, TANH, RELU, IDENTITY])");
    }

    @Test
    void refusesToWriteWhatATapeLeases() {
        Dense dense = dense(3, 2, true, Activation.IDENTITY);
        Lstm lstm = closing(Lstm.builder(3, 2).backend(backend).build());
        FloatTensor x = zeros(4, 1, 3);
        FloatTensor y = zeros(4, 1, 2);
        closing(lstm.forward(x, null, null, y, null));
        assertThatIllegalStateException()
                .isThrownBy(() -> dense.forward(tensor(Numbers.random(1, 12), 4, 1, 3), y))
                .withMessageContaining("is leased by an open tape");
        FloatTensor dy = tensor(Numbers.random(2, 8), 4, 1, 2);
        assertThatIllegalStateException()
                .isThrownBy(() -> dense.backward(zeros(4, 1, 3), zeros(4, 1, 2), dy, x))
                .withMessageContaining("dx: ");
        assertThat(dense.parameters().gradients().toArray())
                .as("gradients after a refused backward")
                .containsOnly(0);
    }

    @Test
    void saysWhenItIsClosed() {
        Dense dense = dense(3, 2, true, Activation.IDENTITY);
        dense.close();
        dense.close();
        assertThatIllegalStateException()
                .isThrownBy(() -> dense.forward(zeros(4, 3), zeros(4, 2)))
                .withMessage("Dense 3 -> 2 is closed");
        assertThatThrownBy(() -> dense(3, 2, false, Activation.IDENTITY).bias())
                .isInstanceOf(UnsupportedOperationException.class);
    }
}
