package io.github.fusedrnn.examples.tools;

import io.github.fusedrnn.config.CellKind;
import io.github.fusedrnn.examples.cli.Texts;
import io.github.fusedrnn.examples.tools.GradientFlow.Subject;
import io.github.fusedrnn.examples.training.LossCurve;
import io.github.fusedrnn.examples.training.TaskTraining;
import io.github.fusedrnn.examples.training.TrainingOptions;
import io.github.fusedrnn.examples.training.TrainingRun;
import io.github.fusedrnn.train.RandomStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Demonstrates vanishing and exploding gradients, and what helps. */
@Command(
        name = "gradients",
        description = {
            "flow: how much the last output depends on the state k steps earlier, for RNN, LSTM " + "and GRU.",
            "clipping: an RNN with large weights on the adding problem, plain SGD with and "
                    + "without gradient clipping.",
            "memory: the adding problem of T = 100, 200 and 400 steps for RNN, LSTM and GRU; a "
                    + "constant answer has a mean squared error of 1/6. Takes minutes.",
            "An epoch is 100 batches of newly generated sequences. --curve plots the results."
        },
        mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class GradientsCommand implements Callable<Integer> {
    private static final int HIDDEN = 32;
    private static final int BATCH = 32;
    private static final int TESTED = 1_000;
    private static final long TEST_SEED = 20_261_121;
    /** A hundredth of the error of a constant answer: only a network that uses both marks reaches it. */
    private static final double SOLVED = AddingProblem.CONSTANT_ANSWER / 100;
    /** The smallest value on a logarithmic axis. */
    private static final double SMALLEST = 1e-12;

    private enum Part {
        FLOW,
        CLIPPING,
        MEMORY
    }

    @Spec
    private CommandSpec spec;

    @Mixin
    private TrainingOptions options;

    @Option(
            names = "--part",
            defaultValue = "flow",
            description = "flow, clipping or memory. Default: ${DEFAULT-VALUE}.")
    private Part part;

    @Option(
            names = "--steps",
            paramLabel = "T",
            split = ",",
            description = "Lengths of the sequences. Default: 100; 20 for clipping; 100, 200 and 400 for memory.")
    private @Nullable List<Integer> lengths;

    @Option(
            names = "--cells",
            split = ",",
            defaultValue = "rnn,lstm,gru",
            description = "Cells of memory. Default: all three.")
    private List<CellKind> cells;

    @Option(names = "--lr", description = "Learning rate of Adam in memory. Default: 0.01; 0.002 for rnn.")
    private @Nullable Float rate;

    @Override
    public Integer call() throws IOException {
        options.check();
        options.require(
                options.save() == null, "--save", options.save(), "no --save: this command has no model to save");
        options.requireRate("--lr", rate);
        List<Integer> steps = lengths != null
                ? lengths
                : switch (part) {
                    case FLOW -> List.of(100);
                    case CLIPPING -> List.of(20);
                    case MEMORY -> List.of(100, 200, 400);
                };
        for (int t : steps) {
            options.require(t >= 4 && t <= 10_000, "--steps", t, "4 to 10000");
        }
        PrintWriter out = spec.commandLine().getOut();
        out.println(Texts.lower(part) + ": " + HIDDEN + " units, seed " + options.seed() + ", backend "
                + Texts.lower(options.backend()));
        return switch (part) {
            case FLOW -> flow(out, steps);
            case CLIPPING -> clipping(steps);
            case MEMORY -> memory(out, steps);
        };
    }

    private int flow(PrintWriter out, List<Integer> lengths) throws IOException {
        LossCurve curve =
                new LossCurve("Norm of the last output's derivative", "T - t", "||dh_T/dstate_t||").logarithmic();
        for (int t : lengths) {
            List<List<String>> table = new ArrayList<>();
            table.add(List.of("T = " + t, "T-t = T/10", "T/4", "T/2", "T"));
            for (Subject subject : GradientFlow.SUBJECTS) {
                double[] norms = GradientFlow.norms(subject, t, HIDDEN, options, options.seed());
                table.add(subject.row(norms));
                for (int k = 0; k <= t; k++) {
                    curve.add(subject.name(), k, Math.max(SMALLEST, norms[k]));
                }
            }
            out.println(Texts.table(1, table).stripTrailing());
        }
        return draw(out, curve);
    }

    private int draw(PrintWriter out, LossCurve curve) throws IOException {
        if (options.curve() != null && curve.write(options.curve())) {
            out.println("curve: " + options.curve());
        }
        return 0;
    }

    private int clipping(List<Integer> lengths) throws IOException {
        LossCurve curve = new LossCurve(
                        "An RNN with weights 1.5 orthogonal, plain SGD at 0.1", "batch", "norm of the gradient")
                .logarithmic();
        int total = options.epochs(20) * TaskTraining.BATCHES_PER_EPOCH;
        for (int t : lengths) {
            for (double bound : new double[] {Double.POSITIVE_INFINITY, 1}) {
                String name = bound < Double.POSITIVE_INFINITY ? "norm clipped to " + bound : "not clipped";
                double largest = 0;
                int done = 0;
                double[] measured = {0, 0};
                try (AddingProblem problem =
                                new AddingProblem(CellKind.RNN, t, HIDDEN, 1.5, true, 0.1f, options, options.seed());
                        TrainingRun run = new TrainingRun(spec, options, curve, name + ", T = " + t, 0, total, null)) {
                    while (Double.isFinite(measured[0]) && Double.isFinite(measured[1]) && run.proceed()) {
                        measured = problem.train(RandomStream.of(options.seed(), done), BATCH, bound);
                        done++;
                        if (Double.isFinite(measured[0])) {
                            run.step(1, measured[0]);
                        }
                        if (Double.isFinite(measured[1])) {
                            largest = Math.max(largest, measured[1]);
                            curve.add(name, done, Math.max(SMALLEST, measured[1]));
                        }
                    }
                    if (run.interrupted()) {
                        return TrainingRun.INTERRUPTED;
                    }
                    double test = problem.test(new SplittableRandom(TEST_SEED), TESTED);
                    run.println(Texts.format(
                            "T = %d, %s: largest norm %.2e, loss %s",
                            t,
                            name,
                            largest,
                            Double.isFinite(test)
                                    ? Texts.format("%.4f after %d batches", test, done)
                                    : "not finite after " + done + " batches"));
                }
            }
        }
        return 0;
    }

    private int memory(PrintWriter out, List<Integer> lengths) throws IOException {
        LossCurve curve = new LossCurve("The adding problem", "batch", "mean squared error").logarithmic();
        int total = options.epochs(10) * TaskTraining.BATCHES_PER_EPOCH;
        String loss = Texts.format(
                "loss after %d batches of %d (constant answer: %.4f)", total, BATCH, AddingProblem.CONSTANT_ANSWER);
        out.println("cell     T  " + loss + "  solved after  batches/s");
        for (int t : lengths) {
            for (CellKind cell : cells) {
                float lr = rate != null ? rate : cell == CellKind.RNN ? 0.002f : 0.01f;
                int solved = 0;
                double test = Double.NaN;
                try (AddingProblem problem = new AddingProblem(cell, t, HIDDEN, 1, false, lr, options, options.seed());
                        TrainingRun run = new TrainingRun(spec, options, curve, cell + ", T = " + t, 0, total, null)) {
                    while (run.proceed()) {
                        run.step(1, problem.train(RandomStream.of(options.seed(), run.steps()), BATCH, 1)[0]);
                        if (run.steps() % TaskTraining.BATCHES_PER_EPOCH == 0) {
                            test = problem.test(new SplittableRandom(TEST_SEED), TESTED);
                            run.point(cell + ", T = " + t, (double) run.steps(), test);
                            solved = solved == 0 && test < SOLVED ? (int) run.steps() : solved;
                        }
                    }
                    if (run.interrupted()) {
                        return TrainingRun.INTERRUPTED;
                    }
                    run.println(Texts.format(
                            "%-4s  %4d  %" + loss.length() + ".5f  %12s  %9.1f",
                            cell,
                            t,
                            test,
                            solved == 0 ? "never" : Integer.toString(solved),
                            run.speed().rate()));
                }
            }
        }
        return 0;
    }
}
