package io.github.fusedrnn.examples.text;

import io.github.fusedrnn.examples.cli.Texts;
import io.github.fusedrnn.examples.training.LossCurve;
import io.github.fusedrnn.examples.training.TrainingOptions;
import io.github.fusedrnn.examples.training.TrainingRun;
import io.github.fusedrnn.train.ClassificationLoss;
import io.github.fusedrnn.train.DataPosition;
import io.github.fusedrnn.train.LossMeter;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Trains a word model of the Penn Treebank. */
@Command(
        name = "ptb",
        description = {
            "Train a word-level language model on the Penn Treebank, or a text in its format, "
                    + "and report perplexities.",
            "--preset bucketed: sentences in buckets of 10, 20, 40, 60 and 80 words, batches of 50, embedding 256, "
                    + "2 LSTM layers of 256, SGD at 0.01 with weight decay 1e-5, Xavier (in, 2.34), 2 epochs. "
                    + "Published: 1044.8 then 869.8 in training, 853.8 then 747.7 on the test file. "
                    + "The end mark is the padding there and is not predicted.",
            "--preset small: 20 parallel streams in windows of 20 steps with the state carried "
                    + "over, 2 LSTM layers of 200, weights in [-0.1, 0.1], SGD at 1, halved after each "
                    + "epoch from the fourth on, gradients clipped to 5, 13 epochs. Published: about 115 "
                    + "on the test file."
        },
        mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class PtbCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private TrainingOptions training;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            defaultValue = "../shared/data/ptb",
            description = "Folder of ptb.train.txt, ptb.valid.txt and ptb.test.txt. Default: ${DEFAULT-VALUE}.")
    private Path data;

    @Option(
            names = "--preset",
            paramLabel = "NAME",
            defaultValue = "bucketed",
            description = "bucketed or small. Default: ${DEFAULT-VALUE}.")
    private PtbSettings.Preset preset;

    @Option(
            names = "--padded",
            description = "Also train on the padding after a sentence, as the published run did; perplexities "
                    + "never count it.")
    private boolean padded;

    @Option(
            names = "--vectors",
            paramLabel = "FILE",
            description = "Initialize the embedding from vectors saved by word2vec.")
    private @Nullable Path vectors;

    @Option(names = "--hidden", paramLabel = "H", description = "Units per layer, and width of the embedding.")
    private @Nullable Integer hidden;

    @Option(names = "--layers", paramLabel = "L", description = "LSTM layers.")
    private @Nullable Integer layers;

    @Option(names = "--batch", paramLabel = "N", description = "Sentences or streams per batch.")
    private @Nullable Integer batch;

    @Option(names = "--buckets", paramLabel = "T", split = ",", description = "Lengths of the buckets, ascending.")
    private @Nullable List<Integer> buckets;

    @Option(names = "--lr", paramLabel = "RATE", description = "Learning rate of the first epoch.")
    private @Nullable Float rate;

    @Option(
            names = "--report",
            paramLabel = "N",
            defaultValue = "50",
            description = "Print the speed and the loss every N batches. Default: ${DEFAULT-VALUE}.")
    private int report;

    @Override
    public Integer call() throws IOException {
        training.check();
        PtbSettings settings = settings();
        PrintWriter out = spec.commandLine().getOut();
        PtbCorpus corpus = PtbCorpus.read(data);
        try (PtbTraining ptb = new PtbTraining(settings, corpus, training, training.seed())) {
            out.println(settings + ", seed " + training.seed());
            out.println(Texts.format(
                    "%d words in the vocabulary, %d sentences (%d longer than the largest bucket "
                            + "dropped), %d weights, backend %s (%s), %d thread(s)",
                    corpus.vocabulary().size(),
                    corpus.train().size(),
                    ptb.dropped(),
                    ptb.model().parameters().size(),
                    Texts.lower(ptb.model().layer().backend()),
                    ptb.model().layer().explain().kernels(),
                    training.threads()));
            Path checkpoint = training.resume();
            if (checkpoint != null) {
                ptb.resume(checkpoint);
                out.println("resumed: " + checkpoint + ", " + ptb.position());
            } else if (vectors != null) {
                out.println(WordVectors.read(vectors).start(ptb.model().embedding(), corpus.vocabulary()));
            }
            out.flush();
            return train(ptb, settings, corpus);
        }
    }

    private int train(PtbTraining ptb, PtbSettings settings, PtbCorpus corpus) throws IOException {
        DataPosition from = ptb.position();
        long perEpoch = ptb.batchesPerEpoch();
        LossCurve curve = new LossCurve("ptb " + Texts.lower(preset), "epoch", "perplexity").logarithmic();
        try (TrainingRun run = new TrainingRun(
                spec,
                training,
                curve,
                "batches",
                from.epoch() * perEpoch + from.batch(),
                training.epochs(settings.epochs()) * perEpoch,
                ptb::save)) {
            LossMeter recent = new LossMeter();
            while (run.proceed()) {
                ClassificationLoss loss = ptb.step();
                recent.add(loss);
                run.step(settings.batch(), loss.sum() / Math.max(1, loss.counted()));
                DataPosition at = ptb.position();
                long batches = run.steps() - (run.steps() - 1) / perEpoch * perEpoch;
                boolean ended = at.batch() == 0;
                if (batches % report == 0 || ended) {
                    run.println(Texts.format(
                            "epoch %d batch %d: %.0f samples/s, training perplexity %.1f since the last line",
                            (run.steps() - 1) / perEpoch + 1,
                            batches,
                            run.speed().rate(),
                            recent.perplexity()));
                    run.point("training", (double) run.steps() / perEpoch, recent.perplexity());
                    recent.reset();
                }
                if (ended) {
                    endEpoch(run, ptb, corpus, at.epoch());
                }
            }
            if (run.interrupted()) {
                return TrainingRun.INTERRUPTED;
            }
            run.println(Texts.format(
                    "test perplexity %.1f", ptb.measure(corpus.test()).perplexity()));
        }
        return 0;
    }

    private static void endEpoch(TrainingRun run, PtbTraining ptb, PtbCorpus corpus, long epoch) throws IOException {
        LossMeter valid = ptb.measure(corpus.valid());
        LossMeter test = ptb.measure(corpus.test());
        run.println(Texts.format(
                "epoch %d: training perplexity %.1f over all %d words, validation %.1f, test %.1f; %.1f s of steps, "
                        + "%.0f samples/s, %.0f words/s",
                epoch,
                ptb.meter().perplexity(),
                ptb.meter().counted(),
                valid.perplexity(),
                test.perplexity(),
                run.speed().seconds(),
                run.speed().rate(),
                ptb.meter().counted() / run.speed().seconds()));
        run.point("validation", (double) epoch, valid.perplexity());
        run.point("test", (double) epoch, test.perplexity());
        ptb.meter().reset();
        run.speed().reset();
        run.save();
    }

    private PtbSettings settings() {
        PtbSettings s = PtbSettings.of(preset);
        training.requirePositive("--hidden", hidden);
        training.requirePositive("--layers", layers);
        training.requirePositive("--batch", batch);
        training.requireRate("--lr", rate);
        training.requirePositive("--report", report);
        training.require(buckets == null || s.bucketed(), "--buckets", buckets, "only with --preset bucketed");
        training.require(!padded || s.bucketed(), "--padded", padded, "only with --preset bucketed");
        return s.with(hidden, layers, batch, buckets, padded, rate);
    }
}
