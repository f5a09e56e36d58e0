package io.github.fusedrnn.examples.adder;

import io.github.fusedrnn.config.Activation;
import io.github.fusedrnn.config.CellKind;
import io.github.fusedrnn.examples.adder.AdderNetwork.Answer;
import io.github.fusedrnn.examples.adder.AdderSettings.Init;
import io.github.fusedrnn.examples.adder.AdderSettings.LossKind;
import io.github.fusedrnn.examples.adder.AdderSettings.OptimizerKind;
import io.github.fusedrnn.examples.cli.LayerOptions;
import io.github.fusedrnn.examples.cli.Progress;
import io.github.fusedrnn.examples.cli.Texts;
import java.io.PrintWriter;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Trains recurrent layers to add. */
@Command(
        name = "adder",
        description = {
            "Train a network to add two numbers below 128, bit by bit, low bit first.",
            "Default: 2 LSTM layers of 20 units, dense without bias, sigmoid, mean squared error, Adam at 0.001, "
                    + "batches of 64, 2,000 steps.",
            "--cell rnn is the from-scratch version: 16 sigmoid units without biases, weights uniform in [-1, 1), "
                    + "plain SGD at 0.1 on half the sum of squared errors, 10,000 single examples. "
                    + "Every option can be changed.",
            "Losses are mean squared errors over all outputs. With the default settings the exit code is 1 "
                    + "if a seed is worse than the published run: 0.0129 after 1,000 steps, 0.00079 after 2,000."
        },
        mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class AdderCommand implements Callable<Integer> {
    /** The published run's losses after 1,000 and 2,000 steps. */
    private static final double PUBLISHED_1000 = 0.0129;

    private static final double PUBLISHED_2000 = 0.00079;
    private static final Set<Activation.Kind> ACTIVATIONS =
            EnumSet.of(Activation.Kind.SIGMOID, Activation.Kind.TANH, Activation.Kind.RELU);
    /** A reported loss is the mean over this many steps, since single batches vary. */
    private static final int WINDOW = 50;

    @Spec
    private CommandSpec spec;

    @Mixin
    private LayerOptions where;

    @Option(
            names = "--seeds",
            paramLabel = "N",
            split = ",",
            defaultValue = "1,2,3",
            description = "Seeds, one run for each. Default: ${DEFAULT-VALUE}.")
    private List<Long> seeds;

    @Option(names = "--seed", paramLabel = "N", description = "Same as --seeds with a single seed.")
    private @Nullable Long seed;

    @Option(names = "--steps", paramLabel = "N", description = "Training steps.")
    private @Nullable Integer steps;

    @Option(
            names = "--report",
            paramLabel = "N",
            description = "Print the loss every N steps. Default: a tenth of the steps.")
    private @Nullable Integer report;

    @Option(
            names = "--cell",
            paramLabel = "CELL",
            defaultValue = "lstm",
            description = "lstm, gru or rnn. Default: ${DEFAULT-VALUE}.")
    private CellKind cell;

    @Option(names = "--activation", paramLabel = "F", description = "Activation of an rnn: sigmoid, tanh or relu.")
    private Activation.@Nullable Kind activation;

    @Option(names = "--hidden", paramLabel = "H", description = "Units per layer.")
    private @Nullable Integer hidden;

    @Option(names = "--layers", paramLabel = "L", description = "Recurrent layers.")
    private @Nullable Integer layers;

    @Option(
            names = "--no-bias",
            negatable = true,
            defaultValue = Option.NULL_VALUE,
            fallbackValue = "false",
            description = "Cells without biases, or with them.")
    private @Nullable Boolean bias;

    @Option(
            names = "--init",
            paramLabel = "HOW",
            description = "Initialization: glorot (with forget bias 1) or uniform in [-1, 1).")
    private @Nullable Init init;

    @Option(
            names = "--dropout",
            paramLabel = "P",
            description = "Drop each output of each layer with this probability in training. Default: 0.")
    private @Nullable Float dropout;

    @Option(names = "--optimizer", paramLabel = "HOW", description = "adam or sgd.")
    private @Nullable OptimizerKind optimizer;

    @Option(names = "--lr", paramLabel = "RATE", description = "Learning rate.")
    private @Nullable Float rate;

    @Option(
            names = "--loss",
            paramLabel = "HOW",
            description = "Loss to minimize: the mean of squared errors, or half_sum of them as in the "
                    + "from-scratch version.")
    private @Nullable LossKind loss;

    @Option(names = "--batch", paramLabel = "N", description = "Examples per step.")
    private @Nullable Integer batch;

    @Override
    public Integer call() {
        where.check();
        check();
        AdderSettings settings = settings();
        PrintWriter out = spec.commandLine().getOut();
        out.println(settings);
        boolean published = settings.equals(AdderSettings.defaults(CellKind.LSTM));
        int missed = 0;
        for (long s : seed != null ? List.of(seed) : seeds) {
            if (!run(out, settings, s, published)) {
                missed++;
            }
        }
        if (published) {
            out.println(
                    missed == 0
                            ? "at least as good as the published run"
                            : "WORSE than the published run: " + missed + " seed(s)");
        }
        return missed == 0 ? 0 : 1;
    }

    private AdderSettings settings() {
        AdderSettings d = AdderSettings.defaults(cell);
        return new AdderSettings(
                cell,
                activation == null ? d.activation() : new Activation(activation, 0, 0),
                or(hidden, d.hidden()),
                or(layers, d.layers()),
                or(bias, d.bias()),
                or(init, d.init()),
                or(dropout, d.dropout()),
                or(optimizer, d.optimizer()),
                or(rate, d.rate()),
                or(loss, d.loss()),
                or(batch, d.batch()),
                or(steps, d.steps()));
    }

    private void check() {
        if (activation != null) {
            String name = Texts.lower(activation);
            where.require(cell == CellKind.RNN, "--activation", name, "only with --cell rnn");
            where.require(ACTIVATIONS.contains(activation), "--activation", name, "sigmoid, tanh or relu");
        }
        where.requirePositive("--hidden", hidden);
        where.requirePositive("--layers", layers);
        where.requireDropout("--dropout", or(dropout, 0f));
        where.requireRate("--lr", rate);
        where.requirePositive("--batch", batch);
        where.requirePositive("--steps", steps);
        where.requirePositive("--report", report);
    }

    private boolean run(PrintWriter out, AdderSettings settings, long s, boolean published) {
        SplittableRandom random = new SplittableRandom(s);
        try (AdderNetwork network = new AdderNetwork(settings, where, random.nextLong())) {
            out.println();
            out.println("seed " + s + ", " + network.size() + " weights, backend "
                    + Texts.lower(network.layer().backend()) + " ("
                    + network.layer().explain().kernels() + ")");
            long start = System.nanoTime();
            boolean good;
            try (Progress progress = Progress.start(spec, "seed " + s, settings.steps())) {
                good = train(progress, network, settings, random, published);
            }
            out.println(Texts.format("trained in %.1f s", (System.nanoTime() - start) / 1e9));
            showSums(out, network, random);
            return good;
        }
    }

    /** Trains, and tells whether every published loss was reached. */
    private boolean train(
            Progress progress,
            AdderNetwork network,
            AdderSettings settings,
            SplittableRandom random,
            boolean published) {
        int every = or(report, Math.max(1, settings.steps() / 10));
        int[] everyPair = IntStream.range(0, AdderTask.PAIRS).toArray();
        boolean good = true;
        double recent = 0;
        for (int step = 1; step <= settings.steps(); step++) {
            double measured = network.train(AdderTask.draw(random, settings.batch()));
            if (!Double.isFinite(measured)) {
                throw new IllegalStateException(
                        "the loss is " + measured + " at step " + step + ": a smaller --lr may help");
            }
            // a plain mean until the window is full, then an exponential one
            recent += (measured - recent) / Math.min(step, WINDOW);
            progress.step(Texts.format("loss %.5f", recent));
            Optional<Double> limit = published ? publishedAfter(step) : Optional.empty();
            if (step % every == 0 || step == settings.steps() || limit.isPresent()) {
                double all = network.answer(everyPair).loss();
                progress.println(Texts.format("step %6d  training loss %.5f  loss on all pairs %.6f", step, recent, all)
                        + limit.map(l -> Texts.format("  (published: %.5f)", l)).orElse(""));
                good &= limit.isEmpty() || all <= limit.get();
            }
        }
        return good;
    }

    private static Optional<Double> publishedAfter(int step) {
        return step == 1_000
                ? Optional.of(PUBLISHED_1000)
                : step == 2_000 ? Optional.of(PUBLISHED_2000) : Optional.empty();
    }

    private static void showSums(PrintWriter out, AdderNetwork network, SplittableRandom random) {
        int[] shown = AdderTask.draw(random, 4);
        Answer some = network.answer(shown);
        for (int i = 0; i < shown.length; i++) {
            int a = AdderTask.first(shown[i]);
            int b = AdderTask.second(shown[i]);
            int sum = some.sums()[i];
            out.println(Texts.format(
                    "  %s + %s = %s   %3d + %3d = %3d  %s",
                    AdderTask.bits(a),
                    AdderTask.bits(b),
                    AdderTask.bits(sum),
                    a,
                    b,
                    sum,
                    sum == a + b ? "right" : "WRONG, " + (a + b)));
        }
        Answer all = network.answer(IntStream.range(0, AdderTask.PAIRS).toArray());
        long right = IntStream.range(0, AdderTask.PAIRS)
                .filter(pair -> all.sums()[pair] == AdderTask.sum(pair))
                .count();
        out.println(Texts.format(
                "exact sums: %d of %d pairs (%.2f %%)", right, AdderTask.PAIRS, 100.0 * right / AdderTask.PAIRS));
    }

    private static <T> T or(@Nullable T value, T otherwise) {
        return value != null ? value : otherwise;
    }
}
