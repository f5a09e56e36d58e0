package io.github.fusedrnn.peers.dl4j;

import io.github.fusedrnn.config.CellKind;
import io.github.fusedrnn.peers.comparison.CaseData;
import io.github.fusedrnn.peers.comparison.CaseSpec;
import io.github.fusedrnn.peers.comparison.LibraryCase;
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

/** A network that consists of recurrent layers only. Its sequences are {@code [N, C, T]}; its API takes no caller-supplied outputs. */
final class Deeplearning4jCase implements LibraryCase {
    /** Indices of PyTorch's gates in its order: candidate, f, o, i. */
    private static final int[] LSTM_GATES = {2, 1, 3, 0};

    private static final int[] RNN_GATES = {0};

    private final CaseSpec spec;
    private final MultiLayerNetwork network;
    private final INDArray x;
    private final @Nullable INDArray mask;
    private final @Nullable INDArray dy;
    private @Nullable INDArray y;
    private @Nullable Pair<Gradient, INDArray> backward;

    Deeplearning4jCase(CaseSpec spec, CaseData data) {
        this.spec = spec;
        NeuralNetConfiguration.ListBuilder layers = new NeuralNetConfiguration.Builder().list();
        for (int layer = 0; layer < spec.layers(); layer++) {
            FeedForwardLayer cell = cell(layer == 0 ? spec.inputSize() : spec.outputSize());
            layers.layer(spec.bidirectional() ? new Bidirectional(Bidirectional.Mode.CONCAT, cell) : cell);
        }
        network = new MultiLayerNetwork(layers.build());
        network.init();
        for (int layer = 0; layer < spec.layers(); layer++) {
            setWeights(layer, data);
        }
        x = sequence(data.x(), spec.inputSize());
        mask = data.lengths() == null ? null : mask(data.lengths());
        dy = spec.training() ? sequence(data.dy(), spec.outputSize()) : null;
        if (spec.training()) {
            network.initGradientsView();
        }
    }

    private FeedForwardLayer cell(int inputs) {
        if (spec.cell() == CellKind.RNN) {
            return new SimpleRnn.Builder()
                    .nIn(inputs)
                    .nOut(spec.hiddenSize())
                    .activation(Activation.TANH)
                    .build();
        }
        return new LSTM.Builder()
                .nIn(inputs)
                .nOut(spec.hiddenSize())
                .activation(Activation.TANH)
                .gateActivationFunction(Activation.SIGMOID)
                .build();
    }

    private int[] gates() {
        return spec.cell() == CellKind.RNN ? RNN_GATES : LSTM_GATES;
    }

    /** The prefix of its parameter names. */
    private String prefix(int layer, int direction) {
        return layer + "_" + (spec.bidirectional() ? (direction == 0 ? "f" : "b") : "");
    }

    private static String suffix(int layer, int direction) {
        return "_l" + layer + (direction == 0 ? "" : "_reverse");
    }

    private void setWeights(int layer, CaseData data) {
        int inputs = layer == 0 ? spec.inputSize() : spec.outputSize();
        for (int direction = 0; direction < spec.directions(); direction++) {
            String prefix = prefix(layer, direction);
            String suffix = suffix(layer, direction);
            network.getParam(prefix + "W").assign(matrix(data.weight("weight_ih" + suffix), inputs));
            network.getParam(prefix + "RW").assign(matrix(data.weight("weight_hh" + suffix), spec.hiddenSize()));
            float[] bias = data.weight("bias_ih" + suffix).clone();
            float[] recurrent = data.weight("bias_hh" + suffix);
            for (int i = 0; i < bias.length; i++) {
                bias[i] += recurrent[i];
            }
            network.getParam(prefix + "b").assign(matrix(bias, 1));
        }
    }

    /** From [G*H, width] in PyTorch's gate order to [width, G*H] in its own. */
    private INDArray matrix(float[] values, int width) {
        int h = spec.hiddenSize();
        int columns = gates().length * h;
        float[] transposed = new float[values.length];
        for (int gate = 0; gate < gates().length; gate++) {
            for (int unit = 0; unit < h; unit++) {
                for (int k = 0; k < width; k++) {
                    transposed[k * columns + gate * h + unit] = values[(gates()[gate] * h + unit) * width + k];
                }
            }
        }
        return Nd4j.create(transposed, new long[] {width, columns}, 'c');
    }

    /** The inverse of {@link #matrix}. */
    private float[] canonical(INDArray matrix, int width) {
        int h = spec.hiddenSize();
        int columns = gates().length * h;
        float[] transposed = matrix.dup('c').data().asFloat();
        float[] values = new float[transposed.length];
        for (int gate = 0; gate < gates().length; gate++) {
            for (int unit = 0; unit < h; unit++) {
                for (int k = 0; k < width; k++) {
                    values[(gates()[gate] * h + unit) * width + k] = transposed[k * columns + gate * h + unit];
                }
            }
        }
        return values;
    }

    /** From [T, N, width] to [N, width, T]. */
    private INDArray sequence(float[] values, int width) {
        INDArray timeMajor = Nd4j.create(values, new long[] {spec.steps(), spec.rows(), width}, 'c');
        // The memory order of the activations that its own layers produce.
        return timeMajor.permute(1, 2, 0).dup('f');
    }

    private static float[] timeMajor(INDArray sequence) {
        return sequence.permute(2, 0, 1).dup('c').data().asFloat();
    }

    private INDArray mask(int[] lengths) {
        INDArray ones = Nd4j.zeros(spec.rows(), spec.steps());
        for (int row = 0; row < lengths.length; row++) {
            for (int t = 0; t < lengths[row]; t++) {
                ones.putScalar(row, t, 1);
            }
        }
        return ones;
    }

    @Override
    public void run() {
        if (spec.training()) {
            network.setInput(x);
            y = network.feedForward(true, false).get(spec.layers());
            backward = network.backpropGradient(dy, LayerWorkspaceMgr.noWorkspaces());
        } else if (spec.carriesState()) {
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
        for (int layer = 0; layer < spec.layers(); layer++) {
            int inputs = layer == 0 ? spec.inputSize() : spec.outputSize();
            for (int direction = 0; direction < spec.directions(); direction++) {
                String prefix = prefix(layer, direction);
                String suffix = suffix(layer, direction);
                float[] bias = canonical(Objects.requireNonNull(parameters.get(prefix + "b")), 1);
                all.put("weight_ih" + suffix, canonical(Objects.requireNonNull(parameters.get(prefix + "W")), inputs));
                all.put(
                        "weight_hh" + suffix,
                        canonical(Objects.requireNonNull(parameters.get(prefix + "RW")), spec.hiddenSize()));
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
