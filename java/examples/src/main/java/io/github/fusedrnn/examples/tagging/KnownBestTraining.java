package io.github.fusedrnn.examples.tagging;

import io.github.fusedrnn.examples.cli.Texts;
import io.github.fusedrnn.examples.training.LossCurve;
import io.github.fusedrnn.examples.training.TaskTraining;
import io.github.fusedrnn.train.Adam;
import io.github.fusedrnn.train.ClassificationLoss;
import java.io.IOException;
import java.util.SplittableRandom;
import java.util.function.DoubleFunction;
import java.util.function.DoubleSupplier;
import java.util.function.Function;
import picocli.CommandLine.Model.CommandSpec;

/** Trains a classifier on a task whose best possible score is known, and reports how close it comes. Does not own the classifier. */
final class KnownBestTraining implements AutoCloseable {
    private final CommandSpec spec;
    private final ClassifierOptions options;
    private final String settings;
    private final int steps;
    private final SequenceClassifier model;
    private final Adam adam;

    /**
     * The score that is reported.
     *
     * @param axis of the curve
     * @param best the best possible score
     * @param bestName of its line in the curve
     * @param now the model's score on the test
     * @param heads of the cells
     * @param cells of a score, as wide as their heads
     */
    record Score(
            String axis, double best, String bestName, DoubleSupplier now, String heads, DoubleFunction<String> cells) {

        /** Share of right answers. */
        static Score accuracy(double best, DoubleSupplier now) {
            return new Score(
                    "accuracy",
                    best,
                    "best possible",
                    now,
                    "accuracy  below the best",
                    reached -> Texts.format("%6.2f %%  %12.2f %%", 100 * reached, 100 * (best - reached)));
        }
    }

    /** Prints the settings, which identify runs that may continue each other. */
    KnownBestTraining(
            CommandSpec spec, ClassifierOptions options, SequenceClassifier model, String settings, int steps) {
        this.spec = spec;
        this.options = options;
        this.settings = settings;
        this.steps = steps;
        this.model = model;
        adam = Adam.builder(model.parameters()).build();
        println(settings + ", seed " + options.seed() + ", "
                + model.parameters().size() + " weights, backend "
                + Texts.lower(model.layer().backend()));
    }

    /**
     * Trains, and prints a table of scores.
     *
     * @param every epochs per line
     * @param batch learns one batch
     * @return 0, or the exit code of an interrupted training
     */
    int run(int every, Score score, Function<SplittableRandom, ClassificationLoss> batch) throws IOException {
        println("  batch  seconds    loss  " + score.heads() + "  samples/s");
        return new TaskTraining(spec, options, settings, model.parameters(), adam)
                .clip(1)
                .run(
                        new LossCurve("fusedrnn " + spec.name() + ", " + settings, "batch", score.axis()),
                        steps,
                        (long) every * TaskTraining.BATCHES_PER_EPOCH,
                        options.batch(),
                        random -> {
                            adam.setLearningRate(options.rate((float) adam.steps() / steps));
                            return batch.apply(random).value();
                        },
                        (run, loss) -> {
                            double reached = score.now().getAsDouble();
                            run.println(Texts.format(
                                    "%7d  %7.1f  %6.4f  %s  %9.0f",
                                    run.steps(),
                                    run.speed().seconds(),
                                    loss,
                                    score.cells().apply(reached),
                                    run.speed().rate()));
                            run.point("network", (double) run.steps(), reached);
                            run.point(score.bestName(), (double) run.steps(), score.best());
                        });
    }

    private void println(String line) {
        spec.commandLine().getOut().println(line);
    }

    @Override
    public void close() {
        adam.close();
    }
}
