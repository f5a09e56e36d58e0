package io.github.fusedrnn.internal.reference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.fusedrnn.config.Activation;
import io.github.fusedrnn.config.Direction;
import io.github.fusedrnn.config.Merge;
import io.github.fusedrnn.config.RecurrentConfig;
import io.github.fusedrnn.config.ResetPlacement;
import java.util.Arrays;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

/**
 * Small cases written out gate by gate, with one unit and one input so that every weight has a name of its own: they fix gate order,
 * placement of reset, peepholes, coupling, clips, projection and direction without any other framework at hand.
 */
class ReferenceByHandTest {
    private static final Offset<Double> EXACT = within(1e-15);
    private static final double X = 0.8;
    private static final double H = -0.4;
    private static final double C = 0.6;

    /** weight_ih i f g o, weight_hh i f g o, bias_ih, bias_hh: all different. */
    private static final double[] LSTM = {
        0.1, 0.2, 0.3, 0.4, -0.5, 0.6, -0.7, 0.8, 0.01, 0.02, 0.03, 0.04, 0.05, 0.06, 0.07, 0.08
    };
    /** weight_ih r z n, weight_hh r z n, bias_ih, bias_hh. */
    private static final double[] GRU = {0.1, 0.2, 0.3, -0.5, 0.6, -0.7, 0.01, 0.02, 0.03, 0.05, 0.06, 0.07};

    private static double sigmoid(double x) {
        return 1 / (1 + Math.exp(-x));
    }

    private static double lstmGate(int gate) {
        return LSTM[gate] * X + LSTM[8 + gate] + LSTM[4 + gate] * H + LSTM[12 + gate];
    }

    private static double gruInput(int gate) {
        return GRU[gate] * X + GRU[6 + gate];
    }

    private static double gruRecurrent(int gate) {
        return GRU[3 + gate] * H + GRU[9 + gate];
    }

    private static ReferenceTape step(RecurrentConfig config, double[] weights) {
        double[] c0 = config.hasCellState() ? new double[] {C} : new double[0];
        return new ReferenceNetwork(config).infer(weights, 1, 1, null, new double[] {X}, new double[] {H}, c0);
    }

    private static double[] plus(double[] weights, double... more) {
        double[] all = Arrays.copyOf(weights, weights.length + more.length);
        System.arraycopy(more, 0, all, weights.length, more.length);
        return all;
    }

    @Test
    void lstm() {
        ReferenceTape tape = step(RecurrentConfig.lstm(1, 1).build(), LSTM);
        double c = sigmoid(lstmGate(1)) * C + sigmoid(lstmGate(0)) * Math.tanh(lstmGate(2));
        assertThat(tape.cn()[0]).isCloseTo(c, EXACT);
        assertThat(tape.hn()[0]).isCloseTo(sigmoid(lstmGate(3)) * Math.tanh(c), EXACT);
        assertThat(tape.y()).containsExactly(tape.hn());
    }

    @Test
    void lstmWithPeepholes() {
        ReferenceTape tape = step(RecurrentConfig.lstm(1, 1).peepholes(true).build(), plus(LSTM, 0.9, -0.8, 0.7));
        double i = sigmoid(lstmGate(0) + 0.9 * C);
        double f = sigmoid(lstmGate(1) - 0.8 * C);
        double c = f * C + i * Math.tanh(lstmGate(2));
        assertThat(tape.cn()[0]).isCloseTo(c, EXACT);
        assertThat(tape.hn()[0]).isCloseTo(sigmoid(lstmGate(3) + 0.7 * c) * Math.tanh(c), EXACT);
    }

    @Test
    void lstmCoupled() {
        ReferenceTape tape =
                step(RecurrentConfig.lstm(1, 1).coupledInputForget(true).build(), LSTM);
        double i = sigmoid(lstmGate(0));
        assertThat(tape.cn()[0]).isCloseTo((1 - i) * C + i * Math.tanh(lstmGate(2)), EXACT);
    }

    @Test
    void lstmCellClipBoundsTheStateAndWhatFollowsIt() {
        ReferenceTape tape =
                step(RecurrentConfig.lstm(1, 1).cellClip(0.25f).peepholes(true).build(), plus(LSTM, 0, 0, 0.7));
        assertThat(tape.cn()[0]).isEqualTo(0.25);
        assertThat(tape.hn()[0]).isCloseTo(sigmoid(lstmGate(3) + 0.7 * 0.25) * Math.tanh(0.25), EXACT);
    }

    @Test
    void lstmGateClipBoundsWhatEntersTheGatesAlone() {
        ReferenceTape tape = step(RecurrentConfig.lstm(1, 1).gateClip(0.125f).build(), LSTM);
        double[] clipped = new double[4];
        for (int gate = 0; gate < 4; gate++) {
            clipped[gate] = Math.max(-0.125, Math.min(0.125, lstmGate(gate)));
        }
        double c = sigmoid(clipped[1]) * C + sigmoid(clipped[0]) * Math.tanh(clipped[2]);
        // tanh(c) is not clipped, though c is beyond the bound
        assertThat(c).isGreaterThan(0.125);
        assertThat(tape.hn()[0]).isCloseTo(sigmoid(clipped[3]) * Math.tanh(c), EXACT);
    }

    @Test
    void lstmActivationsBySlot() {
        ReferenceTape tape = step(
                RecurrentConfig.lstm(1, 1)
                        .activations(Activation.hardSigmoid(0.25f, 0.5f), Activation.SOFTSIGN, Activation.IDENTITY)
                        .build(),
                LSTM);
        double i = 0.25 * lstmGate(0) + 0.5;
        double f = 0.25 * lstmGate(1) + 0.5;
        double g = lstmGate(2) / (1 + Math.abs(lstmGate(2)));
        double o = 0.25 * lstmGate(3) + 0.5;
        assertThat(tape.hn()[0]).isCloseTo(o * (f * C + i * g), EXACT);
    }

    /** Two units, projected to one: the projected h recurs. */
    @Test
    void lstmProjection() {
        RecurrentConfig config =
                RecurrentConfig.lstm(1, 2).projection(1).bias(false).build();
        // weight_ih [8, 1], weight_hh [8, 1], weight_hr [1, 2]
        double[] weights = new double[18];
        for (int k = 0; k < weights.length; k++) {
            weights[k] = (k % 7 - 3) / 8.0;
        }
        double[] x = {X, -X};
        ReferenceTape tape = new ReferenceNetwork(config).infer(weights, 2, 1, null, x, null, null);
        double h = 0;
        double[] c = new double[2];
        for (int t = 0; t < 2; t++) {
            double next = 0;
            for (int j = 0; j < 2; j++) {
                double[] a = new double[4];
                for (int gate = 0; gate < 4; gate++) {
                    a[gate] = weights[2 * gate + j] * x[t] + weights[8 + 2 * gate + j] * h;
                }
                c[j] = sigmoid(a[1]) * c[j] + sigmoid(a[0]) * Math.tanh(a[2]);
                next += weights[16 + j] * sigmoid(a[3]) * Math.tanh(c[j]);
            }
            h = next;
            assertThat(tape.y()[t]).isCloseTo(h, EXACT);
        }
        assertThat(tape.cn()).containsExactly(c, EXACT);
    }

    @Test
    void gruResetAfter() {
        ReferenceTape tape = step(RecurrentConfig.gru(1, 1).build(), GRU);
        double r = sigmoid(gruInput(0) + gruRecurrent(0));
        assertThat(tape.hn()[0]).isCloseTo(mixed(Math.tanh(gruInput(2) + r * gruRecurrent(2))), EXACT);
    }

    @Test
    void gruResetBefore() {
        ReferenceTape tape =
                step(RecurrentConfig.gru(1, 1).reset(ResetPlacement.BEFORE).build(), GRU);
        double r = sigmoid(gruInput(0) + gruRecurrent(0));
        assertThat(tape.hn()[0]).isCloseTo(mixed(Math.tanh(gruInput(2) + GRU[5] * (r * H) + GRU[11])), EXACT);
    }

    @Test
    void gruWithoutReset() {
        ReferenceTape tape =
                step(RecurrentConfig.gru(1, 1).reset(ResetPlacement.NONE).build(), GRU);
        assertThat(tape.hn()[0]).isCloseTo(mixed(Math.tanh(gruInput(2) + gruRecurrent(2))), EXACT);
    }

    private static double mixed(double candidate) {
        double z = sigmoid(gruInput(1) + gruRecurrent(1));
        return (1 - z) * candidate + z * H;
    }

    /** With h' = x + h each output is the sum of what has been read: it shows order, lengths and alignment in plain numbers. */
    @Test
    void reverseStartsAtEachRowsLastValidStep() {
        RecurrentConfig config = RecurrentConfig.rnn(1, 1)
                .bias(false)
                .direction(Direction.REVERSE)
                .batchMajor(true)
                .activations(Activation.IDENTITY)
                .build();
        double[] x = {1, 2, 4, 8, 1, 2, 4, 8, 1, 2, 4, 8};
        ReferenceTape tape = new ReferenceNetwork(config)
                .infer(new double[] {1, 1}, 4, 3, new int[] {4, 2, 0}, x, new double[] {0, 100, 1000}, null);
        assertThat(tape.y()).containsExactly(15, 14, 12, 8, 103, 102, 0, 0, 0, 0, 0, 0);
        assertThat(tape.hn()).containsExactly(15, 103, 1000);
    }

    /** Every layer's two outputs are added, and the next layer reads the sum. */
    @Test
    void sumOfDirectionsIsWhatTheNextLayerReads() {
        RecurrentConfig config = RecurrentConfig.rnn(1, 1)
                .bias(false)
                .bidirectional(Merge.SUM)
                .layers(2)
                .activations(Activation.IDENTITY)
                .build();
        // h' = x in both directions of layer 0, so that it puts out 2x; layer 1 sums from the left and from the right
        double[] weights = {1, 0, 1, 0, 1, 1, 1, 1};
        ReferenceTape tape =
                new ReferenceNetwork(config).infer(weights, 3, 1, null, new double[] {1, 2, 4}, null, null);
        // 2, 6, 14 from the left; 14, 12, 8 from the right
        assertThat(tape.y()).containsExactly(16, 18, 22);
        assertThat(tape.hn()).containsExactly(4, 1, 14, 14);
    }
}
