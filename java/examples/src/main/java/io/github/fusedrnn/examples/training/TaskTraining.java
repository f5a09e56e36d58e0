package io.github.fusedrnn.examples.training;

import io.github.fusedrnn.train.GradientClip;
import io.github.fusedrnn.train.LossMeter;
import io.github.fusedrnn.train.Optimizer;
import io.github.fusedrnn.train.Parameters;
import io.github.fusedrnn.train.RandomStream;
import java.io.IOException;
import java.util.SplittableRandom;
import picocli.CommandLine.Model.CommandSpec;

/**
 * Trains a small task on generated batches: batch k is a function of (seed, k) alone, so that weights,
 * optimiser and its number of steps are all that a checkpoint needs. One thread.
 */
public final class TaskTraining {
    /** Batches per epoch, where the data are generated without end. */
    public static final int BATCHES_PER_EPOCH = 100;

    private final CommandSpec spec;
    private final TrainingOptions options;
    private final Object settings;
    private final Parameters parameters;
    private final Optimizer optimizer;
    private double clip = Double.POSITIVE_INFINITY;
    private double norm;

    /** One batch: forward, loss, backward. */
    @FunctionalInterface
    public interface Batch {
        /**
         * Adds to gradients that are zero.
         *
         * @param random all that the batch may depend on
         * @return the loss
         */
        double train(SplittableRandom random);
    }

    /** Called every so many steps. */
    @FunctionalInterface
    public interface Report {
        /**
         * Prints a line and draws a point.
         *
         * @param loss mean of the losses since the last report
         */
        void print(TrainingRun run, double loss);
    }

    /** Trains the parameters of a command; the text of {@code settings} identifies runs that may continue each other. */
    public TaskTraining(
            CommandSpec spec, TrainingOptions options, Object settings, Parameters parameters, Optimizer optimizer) {
        this.spec = spec;
        this.options = options;
        this.settings = settings + ", seed " + options.seed();
        this.parameters = parameters;
        this.optimizer = optimizer;
    }

    /** Bounds the gradients' norm. */
    public TaskTraining clip(double maxNorm) {
        clip = maxNorm;
        return this;
    }

    /** Norm of the last batch's gradients, before clipping. */
    double norm() {
        return norm;
    }

    /**
     * Trains.
     *
     * @param steps batches in all, those before a checkpoint too
     * @param every a report after so many, and after the last
     * @param samples of a batch, for the speed
     * @return 0, or the exit code of an interrupted training
     */
    public int run(LossCurve curve, long steps, long every, long samples, Batch batch, Report report)
            throws IOException {
        if (options.resume() != null) {
            SystemCheckpoint.read(options.resume(), spec.name(), settings, saved -> {
                saved.restore(parameters);
                saved.restore(optimizer);
                return saved;
            });
        }
        LossMeter recent = new LossMeter();
        try (TrainingRun run =
                new TrainingRun(spec, options, curve, "batches", optimizer.steps(), steps, file -> SystemCheckpoint.of(
                                parameters, spec.name(), settings)
                        .optimizer(optimizer)
                        .write(file))) {
            while (run.proceed()) {
                parameters.zeroGradients();
                double loss = batch.train(RandomStream.of(options.seed(), optimizer.steps()));
                norm = GradientClip.byGlobalNorm(parameters, clip);
                optimizer.step();
                run.step(samples, loss);
                recent.add(loss, 1);
                if (run.steps() % every == 0 || run.steps() == steps) {
                    report.print(run, recent.mean());
                    recent.reset();
                }
            }
            if (run.interrupted()) {
                return TrainingRun.INTERRUPTED;
            }
            run.save();
            return 0;
        }
    }
}
