package io.github.fusedrnn.examples.adder;

import io.github.fusedrnn.Gradients;
import io.github.fusedrnn.RecurrentBuilder;
import io.github.fusedrnn.RecurrentLayer;
import io.github.fusedrnn.Tape;
import io.github.fusedrnn.config.Activation;
import io.github.fusedrnn.config.BackendKind;
import io.github.fusedrnn.config.CellKind;
import io.github.fusedrnn.config.RecurrentConfig;
import io.github.fusedrnn.examples.adder.AdderSettings.Init;
import io.github.fusedrnn.examples.adder.AdderSettings.LossKind;
import io.github.fusedrnn.examples.adder.AdderSettings.OptimizerKind;
import io.github.fusedrnn.examples.cli.LayerOptions;
import io.github.fusedrnn.examples.cli.Resources;
import io.github.fusedrnn.tensor.FloatTensor;
import io.github.fusedrnn.train.Adam;
import io.github.fusedrnn.train.Dense;
import io.github.fusedrnn.train.Dropout;
import io.github.fusedrnn.train.Initialization;
import io.github.fusedrnn.train.Loss;
import io.github.fusedrnn.train.MeanSquaredError;
import io.github.fusedrnn.train.Optimizer;
import io.github.fusedrnn.train.Parameters;
import io.github.fusedrnn.train.Reduction;
import io.github.fusedrnn.train.Sgd;
import io.github.fusedrnn.weights.Initializer;
import io.github.fusedrnn.weights.Initializers;
import java.util.Arrays;

/** Recurrent layers, a dense layer without bias, a sigmoid: p = σ(W y). One thread. */
final class AdderNetwork implements AutoCloseable {
    /** Layer index of the dropout after the last recurrent layer; layers count from 0. */
    private static final int AFTER_THE_STACK = 1_000;

    private final Resources resources = new Resources();
    private final RecurrentLayer layer;
    private final Gradients gradients;
    private final Dense dense;
    private final Dropout dropout;
    private final Parameters parameters;
    private final Optimizer optimizer;
    private final MeanSquaredError loss;
    private final MeanSquaredError meanLoss;

    AdderNetwork(AdderSettings settings, LayerOptions where, long seed) {
        try {
            BackendKind backend = where.backend();
            boolean uniform = settings.init() == Init.UNIFORM;
            Initializer initializer =
                    uniform ? Initializers.uniform(-1, 1) : Initializers.forgetGateBias(1, glorotByGate());
            layer = resources.add(RecurrentBuilder.of(config(settings))
                    .backend(backend)
                    .threads(where.threads())
                    .initializer(initializer)
                    .seed(seed)
                    .dropoutSeed(seed)
                    .build());
            gradients = resources.add(layer.newGradients());
            dense = resources.add(Dense.builder(settings.hidden(), 1)
                    .bias(false)
                    .activation(Activation.SIGMOID)
                    .initialize(uniform ? Initialization.uniform(-1, 1) : Initialization.glorotUniform())
                    .seed(seed + 1)
                    .backend(backend)
                    .build());
            dropout = new Dropout(backend, settings.dropout(), seed, AFTER_THE_STACK);
            parameters = Parameters.builder()
                    .add("recurrent", layer, gradients)
                    .add("dense", dense)
                    .build();
            optimizer = resources.add(
                    settings.optimizer() == OptimizerKind.ADAM
                            ? Adam.builder(parameters)
                                    .learningRate(settings.rate())
                                    .build()
                            : Sgd.builder(parameters)
                                    .learningRate(settings.rate())
                                    .build());
            meanLoss = new MeanSquaredError(backend, Reduction.average());
            loss = settings.loss() == LossKind.MEAN
                    ? meanLoss
                    : new MeanSquaredError(backend, Reduction.sum().times(0.5f));
        } catch (RuntimeException | Error e) {
            resources.close();
            throw e;
        }
    }

    private static RecurrentConfig config(AdderSettings settings) {
        RecurrentConfig.Builder builder = RecurrentConfig.builder(settings.cell(), AdderTask.INPUTS, settings.hidden())
                .layers(settings.layers())
                .bias(settings.bias())
                .dropout(settings.dropout());
        if (settings.cell() == CellKind.RNN) {
            builder.activations(settings.activation());
        }
        return builder.build();
    }

    /**
     * Glorot &amp; Bengio 2010 for each gate's own matrix, {@code [H, C]} or {@code [H, H]}: uniform in
     * ±√(6 / (rows + columns)); biases zero. Drawn for the gates together, as one matrix of 4H rows, the
     * weights of two inputs would be half as large.
     */
    private static Initializer glorotByGate() {
        return (spec, config, random, values) -> {
            if (spec.shape().size() == 2) {
                long rows = spec.shape().get(0) / config.gates();
                Initialization.glorotUniform().fill(spec.shape().get(1), rows, random, values);
            } else {
                Arrays.fill(values, 0);
            }
        };
    }

    /** The recurrent layer. */
    RecurrentLayer layer() {
        return layer;
    }

    /** Number of weights. */
    long size() {
        return parameters.size();
    }

    /**
     * One step of training.
     *
     * @return the mean squared error over all outputs, before the step
     */
    double train(int[] pairs) {
        int n = pairs.length;
        try (FloatTensor x = layer.newInput(AdderTask.BITS, n);
                FloatTensor target = layer.newTensor(AdderTask.BITS, n, 1);
                FloatTensor y = layer.newOutput(AdderTask.BITS, n);
                FloatTensor dropped = layer.newOutput(AdderTask.BITS, n);
                FloatTensor p = layer.newTensor(AdderTask.BITS, n, 1);
                FloatTensor dp = layer.newTensor(AdderTask.BITS, n, 1);
                FloatTensor dy = layer.newOutput(AdderTask.BITS, n)) {
            AdderTask.encode(pairs, x, target);
            parameters.zeroGradients();
            Loss measured;
            try (Tape tape = layer.forward(x, null, null, y, null)) {
                dropout.forward(tape.dropoutCall(), y, dropped);
                dense.forward(dropped, p);
                measured = loss.compute(p, target, dp);
                dense.backward(dropped, p, dp, dy);
                dropout.backward(tape.dropoutCall(), dy, dy);
                tape.backward(dy, null, null, null, gradients);
            }
            optimizer.step();
            return measured.sum() / measured.counted();
        }
    }

    /** The network's answers to pairs. */
    Answer answer(int[] pairs) {
        int n = pairs.length;
        try (FloatTensor x = layer.newInput(AdderTask.BITS, n);
                FloatTensor target = layer.newTensor(AdderTask.BITS, n, 1);
                FloatTensor y = layer.newOutput(AdderTask.BITS, n);
                FloatTensor p = layer.newTensor(AdderTask.BITS, n, 1)) {
            AdderTask.encode(pairs, x, target);
            layer.infer(x, null, null, y, null);
            dense.forward(y, p);
            return new Answer(meanLoss.compute(p, target, null).value(), AdderTask.decode(p));
        }
    }

    /**
     * Answers to pairs.
     *
     * @param loss mean squared error over all outputs
     * @param sums the numbers read from the bits
     */
    record Answer(double loss, int[] sums) {}

    @Override
    public void close() {
        resources.close();
    }
}
