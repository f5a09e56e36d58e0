package io.github.fusedrnn.examples.sequence;

import io.github.fusedrnn.examples.cli.Texts;
import io.github.fusedrnn.examples.training.LossCurve;
import io.github.fusedrnn.examples.training.TaskTraining;
import io.github.fusedrnn.examples.training.TrainingOptions;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Arrays;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Memorizes a short sequence, one iteration per epoch; common to {@code primes} and {@code sequence}. */
@SuppressWarnings("NullAway.Init") // picocli sets the fields
abstract class FirstUnitCommand implements Callable<Integer> {
    /** What float32 can resolve of a sum of squares of numbers around a tenth; zero has no logarithm to draw. */
    private static final double SMALLEST = 1e-14;

    @Spec
    private CommandSpec spec;

    @Mixin
    private TrainingOptions options;

    @Option(names = "--lr", paramLabel = "RATE", description = "Learning rate. Default: the published one.")
    private @Nullable Float rate;

    /**
     * The sequence to memorize.
     *
     * @param targets of the steps
     * @param iterations of the published run
     * @param rate of the published run
     * @param limit published loss, if these are its targets; NaN if there is none
     */
    record Task(float[] targets, int iterations, float rate, double limit) {}

    abstract Task task(TrainingOptions checks);

    @Override
    public Integer call() throws IOException {
        options.check();
        Task task = task(options);
        float lr = rate != null ? rate : task.rate();
        options.requireRate("--lr", lr);
        int iterations = options.epochs(task.iterations());
        PrintWriter out = spec.commandLine().getOut();
        String settings = Texts.format(
                "LSTM of %d cells, input %d, h = o c, SGD at %s, targets %s",
                FirstUnitLstm.CELLS, FirstUnitLstm.INPUTS, lr, Arrays.toString(task.targets()));
        try (FirstUnitLstm network = new FirstUnitLstm(task.targets(), lr, options, options.seed())) {
            out.println(settings + ", seed " + options.seed() + ", backend "
                    + Texts.lower(network.layer().backend()) + " ("
                    + network.layer().explain().kernels() + ")");
            out.println("iteration  sum of squared errors");
            LossCurve curve = new LossCurve("fusedrnn " + spec.name(), "iteration", "squared error").logarithmic();
            int code = new TaskTraining(spec, options, settings, network.parameters(), network.optimizer())
                    .run(
                            curve,
                            iterations,
                            Math.max(1, iterations / 10),
                            1,
                            random -> network.backward(),
                            (run, mean) -> {
                                run.println(Texts.format("%9d  %.3e", run.steps(), network.loss()));
                                run.point(
                                        "seed " + options.seed(),
                                        (double) run.steps(),
                                        Math.max(network.loss(), SMALLEST));
                            });
            return code != 0 ? code : verdict(out, network, task, lr == task.rate() && iterations == task.iterations());
        }
    }

    private int verdict(PrintWriter out, FirstUnitLstm network, Task task, boolean published) {
        float[] predicted = network.predictions();
        for (int t = 0; t < predicted.length; t++) {
            out.println(Texts.format("  step %2d: %9.6f, target %9.6f", t + 1, predicted[t], task.targets()[t]));
        }
        if (!published || Double.isNaN(task.limit())) {
            return 0;
        }
        boolean good = network.loss() <= task.limit();
        out.println((good ? "at least as good as the published loss: " : "WORSE than the published loss: ")
                + Texts.format("%.3e (published: %.3e)", network.loss(), task.limit()));
        return good ? 0 : 1;
    }
}
