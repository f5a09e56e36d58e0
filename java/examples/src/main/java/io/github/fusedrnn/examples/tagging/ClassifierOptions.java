package io.github.fusedrnn.examples.tagging;

import io.github.fusedrnn.config.CellKind;
import io.github.fusedrnn.examples.cli.Texts;
import io.github.fusedrnn.examples.training.TrainingOptions;
import picocli.CommandLine.Option;

/** The options of the commands that train a {@link SequenceClassifier} on generated sequences. */
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class ClassifierOptions extends TrainingOptions {
    @Option(names = "--cell", defaultValue = "gru", description = "rnn, lstm or gru. Default: ${DEFAULT-VALUE}.")
    private CellKind cell;

    @Option(names = "--batch", defaultValue = "64", description = "Sequences per step. Default: ${DEFAULT-VALUE}.")
    private int batch;

    @Option(
            names = "--lr",
            defaultValue = "0.01",
            description = "Initial learning rate of Adam. Default: ${DEFAULT-VALUE}.")
    private float rate;

    @Override
    public void check() {
        super.check();
        requirePositive("--batch", batch);
        requireRate("--lr", rate);
    }

    CellKind cell() {
        return cell;
    }

    int batch() {
        return batch;
    }

    /** The rate when a share of the training is done: linear decay to zero. */
    float rate(float done) {
        return rate * (1 - done);
    }

    /** What has to be the same for a resumed run, with the number of batches. */
    String describe(int steps) {
        return Texts.format("Adam at %s, %d batches of %d", rate, steps, batch);
    }
}
