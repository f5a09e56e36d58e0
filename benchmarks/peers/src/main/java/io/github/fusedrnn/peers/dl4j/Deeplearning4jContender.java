package io.github.fusedrnn.peers.dl4j;

import io.github.fusedrnn.config.CellKind;
import io.github.fusedrnn.peers.race.CaseData;
import io.github.fusedrnn.peers.race.Contender;
import io.github.fusedrnn.peers.race.RaceCase;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.conf.layers.recurrent.SimpleRnn;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.jspecify.annotations.Nullable;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** A network of recurrent layers alone. Sequences are {@code [N, C, T]} there; its API has no way to hand it memory for its results. */
final class Deeplearning4jContender implements Contender {
    /** Our gates in its order: candidate, f, o, i. */
    private static final int[] LSTM_GATES = {2, 1, 3, 0};

    private static final int[] RNN_GATES = {0};

    private final RaceCase race;
    private final MultiLayerNetwork network;
    private final INDArray x;
    private final @Nullable INDArray mask;
    private final @Nullable INDArray dy;
    private @Nullable INDArray y;
    private @Nullable Pair<Gradient, INDArray> backward;

    Deeplearning4jContender(RaceCase race, CaseData data) {
        this.race = race;
        NeuralNetConfiguration.ListBuilder layers = new NeuralNetConfiguration.Builder().list();
        for (int layer = 0; layer < race.layers(); layer++) {
            FeedForwardLayer cell = cell(layer == 0 ? race.inputSize() : race.outputSize());
            layers.layer(race.bidirectional() ? new Bidirectional(Bidirectional.Mode.CONCAT, cell) : cell);
        }
        network = new MultiLayerNetwork(layers.build());
        network.init();
        for (int layer = 0; layer < race.layers(); layer++) {
            setWeights(layer, data);
        }
        x = sequence(data.x(), race.inputSize());
        mask = data.lengths() == null ? null : mask(data.lengths());
        dy = race.training() ? sequence(data.dy(), race.outputSize()) : null;
        if (race.training()) {
            network.initGradientsView();
        }
    }

    private FeedForwardLayer cell(int inputs) {
        if (race.cell() == CellKind.RNN) {
            return new SimpleRnn.Builder()
                    .nIn(inputs)
                    .nOut(race.hiddenSize())
                    .activation(Activation.TANH)
                    .build();
        }
        return new LSTM.Builder()
                .nIn(inputs)
                .nOut(race.hiddenSize())
                .activation(Activation.TANH)
                .gateActivationFunction(Activation.SIGMOID)
                .build();
    }

    private int[] gates() {
        return race.cell() == CellKind.RNN ? RNN_GATES : LSTM_GATES;
    }

    /** The prefix of its parameters' names. */
    private String prefix(int layer, int direction) {
        return layer + "_" + (race.bidirectional() ? (direction == 0 ? "f" : "b") : "");
    }

    private static String suffix(int layer, int direction) {
        return "_l" + layer + (direction == 0 ? "" : "_reverse");
    }

    private void setWeights(int layer, CaseData data) {
        int inputs = layer == 0 ? race.inputSize() : race.outputSize();
        for (int direction = 0; direction < race.directions(); direction++) {
            String prefix = prefix(layer, direction);
            String suffix = suffix(layer, direction);
            network.getParam(prefix + "W").assign(matrix(data.weight("weight_ih" + suffix), inputs));
            network.getParam(prefix + "RW").assign(matrix(data.weight("weight_hh" + suffix), race.hiddenSize()));
            float[] bias = data.weight("bias_ih" + suffix).clone();
            float[] recurrent = data.weight("bias_hh" + suffix);
            for (int i = 0; i < bias.length; i++) {
                bias[i] += recurrent[i];
            }
            network.getParam(prefix + "b").assign(matrix(bias, 1));
        }
    }

    /** From [G*H, width] in our order of gates to [width, G*H] in its. */
    private INDArray matrix(float[] values, int width) {
        int h = race.hiddenSize();
        int columns = gates().length * h;
        float[] turned = new float[values.length];
        for (int gate = 0; gate < gates().length; gate++) {
            for (int unit = 0; unit < h; unit++) {
                for (int k = 0; k < width; k++) {
                    turned[k * columns + gate * h + unit] = values[(gates()[gate] * h + unit) * width + k];
                }
            }
        }
        return Nd4j.create(turned, new long[] {width, columns}, 'c');
    }

    /** The way back. */
    private float[] canonical(INDArray matrix, int width) {
        int h = race.hiddenSize();
        int columns = gates().length * h;
        float[] turned = matrix.dup('c').data().asFloat();
        float[] values = new float[turned.length];
        for (int gate = 0; gate < gates().length; gate++) {
            for (int unit = 0; unit < h; unit++) {
                for (int k = 0; k < width; k++) {
                    values[(gates()[gate] * h + unit) * width + k] = turned[k * columns + gate * h + unit];
                }
            }
        }
        return values;
    }

    /** From [T, N, width] to [N, width, T]. */
    private INDArray sequence(float[] values, int width) {
        INDArray timeMajor = Nd4j.create(values, new long[] {race.steps(), race.rows(), width}, 'c');
        // In the order of memory in which its own layers make their activations.
        return timeMajor.permute(1, 2, 0).dup('f');
    }

    private static float[] timeMajor(INDArray sequence) {
        return sequence.permute(2, 0, 1).dup('c').data().asFloat();
    }

    private INDArray mask(int[] lengths) {
        INDArray ones = Nd4j.zeros(race.rows(), race.steps());
        for (int row = 0; row < lengths.length; row++) {
            for (int t = 0; t < lengths[row]; t++) {
                ones.putScalar(row, t, 1);
            }
        }
        return ones;
    }

    @Override
    public void run() {
        if (race.training()) {
            network.setInput(x);
            y = network.feedForward(true, false).get(race.layers());
            backward = network.backpropGradient(dy, LayerWorkspaceMgr.noWorkspaces());
        } else if (race.carriesState()) {
            y = network.rnnTimeStep(x);
        } else if (mask != null) {
            y = network.output(x, false, mask, null);
        } else {
            y = network.output(x, false);
        }
    }

    @Override
    public void reset() {
        network.rnnClearPreviousState();
    }

    @Override
    public float[] output() {
        return timeMajor(Objects.requireNonNull(y));
    }

    @Override
    public Map<String, float[]> gradients() {
        Map<String, float[]> all = new HashMap<>();
        if (backward == null) {
            return all;
        }
        all.put("x", timeMajor(backward.getSecond()));
        Map<String, INDArray> parameters = backward.getFirst().gradientForVariable();
        for (int layer = 0; layer < race.layers(); layer++) {
            int inputs = layer == 0 ? race.inputSize() : race.outputSize();
            for (int direction = 0; direction < race.directions(); direction++) {
                String prefix = prefix(layer, direction);
                String suffix = suffix(layer, direction);
                float[] bias = canonical(Objects.requireNonNull(parameters.get(prefix + "b")), 1);
                all.put("weight_ih" + suffix, canonical(Objects.requireNonNull(parameters.get(prefix + "W")), inputs));
                all.put(
                        "weight_hh" + suffix,
                        canonical(Objects.requireNonNull(parameters.get(prefix + "RW")), race.hiddenSize()));
                all.put("bias_ih" + suffix, bias);
                all.put("bias_hh" + suffix, bias);
            }
        }
        return all;
    }

    @Override
    public void close() {
        network.close();
    }
}
