package io.github.fusedrnn.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.fusedrnn.Gradients;
import io.github.fusedrnn.Gru;
import io.github.fusedrnn.Tape;
import io.github.fusedrnn.config.Activation;
import io.github.fusedrnn.config.BackendKind;
import io.github.fusedrnn.internal.layer.BackendRegistry;
import io.github.fusedrnn.spi.Backend;
import io.github.fusedrnn.tensor.FloatTensor;
import org.junit.jupiter.api.Test;

abstract class TrainingContract extends BackendContract {
    TrainingContract(BackendKind backend) {
        super(backend);
    }

    /** A model that knows only how often symbols come is at 1.6 nats. */
    @Test
    void languageModelLearnsItsText() {
        TinyLanguageModel model = closing(new TinyLanguageModel(backend, 1));
        double first = model.train(1);
        assertThat(first).isBetween(1.3, 2.5);
        model.train(119);
        model.meter.reset();
        model.train(10);
        assertThat(model.meter.mean()).isLessThan(0.1);
        assertThat(model.meter.perplexity()).isLessThan(1.11);
    }

    @Test
    void trainingIsReproducible() {
        TinyLanguageModel first = closing(new TinyLanguageModel(backend, 3));
        TinyLanguageModel second = closing(new TinyLanguageModel(backend, 3));
        assertThat(second.train(12)).isEqualTo(first.train(12));
        assertThat(second.weights()).isEqualTo(first.weights());
    }

    @Test
    void givesItsMemoryBack() {
        Backend memory = BackendRegistry.open(backend);
        new TinyLanguageModel(backend, 3).close(); // what a process keeps once anything ran is there from now on
        long before = memory.liveBytes();
        try (TinyLanguageModel model = new TinyLanguageModel(backend, 3)) {
            model.train(4);
            assertThat(memory.liveBytes()).isGreaterThan(before);
        }
        assertThat(memory.liveBytes()).isEqualTo(before);
    }

    /**
     * Whether a row has more ones than zeros, from shuffled batches, with sigmoid and squared error: another way
     * through.
     */
    @Test
    void classifierOfRowsLearnsItsRule() {
        int examples = 64;
        int t = 7;
        float[] bits = Numbers.random(4, examples * t);
        Gru gru = closing(Gru.builder(1, 8).seed(1).backend(backend).build());
        Gradients gradients = closing(gru.newGradients());
        Dense head = closing(Dense.builder(8, 1)
                .bias(false)
                .activation(Activation.SIGMOID)
                .backend(backend)
                .build());
        Parameters parameters = Parameters.builder()
                .add("gru", gru, gradients)
                .add("head", head)
                .build();
        Sgd sgd = closing(
                Sgd.builder(parameters).learningRate(0.5f).momentum(0.9f).build());
        MeanSquaredError loss = new MeanSquaredError(backend, Reduction.average());
        ShuffledBatches batches = new ShuffledBatches(5, examples, 16, false);
        FloatTensor x = zeros(t, 16, 1);
        FloatTensor y = zeros(t, 16, 8);
        FloatTensor dy = zeros(t, 16, 8);
        FloatTensor last = zeros(16, 1);
        FloatTensor target = zeros(16, 1);
        FloatTensor dLast = zeros(16, 1);
        LossMeter meter = new LossMeter();
        for (int epoch = 0; epoch < 60; epoch++) {
            meter.reset();
            for (int b = 0; b < batches.batchesPerEpoch(); b++) {
                int[] rows = batches.next();
                for (int n = 0; n < 16; n++) {
                    int ones = 0;
                    for (int step = 0; step < t; step++) {
                        boolean one = bits[rows[n] * t + step] > 0;
                        ones += one ? 1 : 0;
                        x.set((long) step * 16 + n, one ? 1 : 0);
                    }
                    target.set(n, 2 * ones > t ? 1 : 0);
                }
                parameters.zeroGradients();
                try (Tape tape = gru.forward(x, null, null, y, null)) {
                    FloatTensor yLast = y.slice(t - 1, 1).reshape(16, 8);
                    head.forward(yLast, last);
                    meter.add(loss.compute(last, target, dLast));
                    head.backward(yLast, last, dLast, dy.slice(t - 1, 1).reshape(16, 8));
                    tape.backward(dy, null, null, null, gradients);
                }
                GradientClip.byValue(parameters, 1);
                sgd.step();
            }
        }
        assertThat(meter.mean()).as("loss; guessing is at 0.25").isLessThan(0.02);
    }
}
