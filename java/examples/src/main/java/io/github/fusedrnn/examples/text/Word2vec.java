package io.github.fusedrnn.examples.text;

import io.github.fusedrnn.Backends;
import io.github.fusedrnn.config.BackendKind;
import io.github.fusedrnn.dense.DenseOps;
import io.github.fusedrnn.examples.cli.Resources;
import io.github.fusedrnn.examples.cli.Texts;
import io.github.fusedrnn.tensor.FloatTensor;
import io.github.fusedrnn.train.Embedding;
import io.github.fusedrnn.train.Initialization;
import io.github.fusedrnn.train.Loss;
import io.github.fusedrnn.train.LossMeter;
import io.github.fusedrnn.train.Parameters;
import io.github.fusedrnn.train.Reduction;
import io.github.fusedrnn.train.SigmoidCrossEntropy;
import io.github.fusedrnn.train.Vocabulary;
import io.github.fusedrnn.train.Workspace;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Two tables of vectors, v for a word and u for a word as a neighbour, learned by negative sampling: at each word of a
 * sentence maximise log σ(u·h) for each true pair and log σ(−u'·h) for k words u' drawn by frequency to the power 3/4.
 * Skip-gram: h = v(word), one true pair for each neighbour. CBOW: h = the mean of v(neighbours), one true pair, with the
 * word itself. Frequent words are left out with probability 1 − √(t / f). Mikolov et al. 2013, "Distributed
 * representations of words and phrases and their compositionality".
 *
 * <p>Every word is one update of only the rows that it names: gathered, multiplied, scattered back into the tables. One
 * thread.
 */
final class Word2vec implements AutoCloseable {
    /** How the pairs are made. */
    enum Kind {
        CBOW,
        SKIPGRAM
    }

    /**
     * What is learned.
     *
     * @param kind how the pairs are made
     * @param width D
     * @param window a word's neighbours are at most this far away; the distance is drawn for each word
     * @param negatives k
     * @param sample t, 0 = every word counts
     * @param rate learning rate at the start
     */
    record Settings(Kind kind, int width, int window, int negatives, double sample, float rate) {
        /** One line: what has to be the same for a resumed run. */
        @Override
        public String toString() {
            return Texts.format(
                    "%s of width %d, window %d, %d negatives, sample %s, rate %s",
                    Texts.lower(kind), width, window, negatives, sample, rate);
        }
    }

    private final Settings settings;
    private final Resources resources = new Resources();
    private final Embedding words;
    private final Embedding contexts;
    private final Parameters parameters;
    private final DenseOps ops;
    private final SigmoidCrossEntropy loss;
    private final double[] kept;
    private final double[] cumulative;
    private final Workspace rows;
    private final Workspace hidden;
    private final Workspace dHidden;
    private final Workspace outputs;
    private final Workspace dOutputs;
    private final Workspace logits;
    private final Workspace targets;
    private final FloatTensor ones;

    Word2vec(Settings settings, Vocabulary vocabulary, List<int[]> sentences, BackendKind backend, long seed) {
        this.settings = settings;
        try {
            int d = settings.width();
            words = resources.add(Embedding.builder(vocabulary.size(), d)
                    .initialize(Initialization.uniform(-0.5 / d, 0.5 / d))
                    .seed(seed)
                    .backend(backend)
                    .build());
            contexts = resources.add(Embedding.builder(vocabulary.size(), d)
                    .initialize(Initialization.zeros())
                    .backend(backend)
                    .build());
            parameters = Parameters.builder()
                    .add(WordVectors.BLOCK, words)
                    .add("contexts", contexts)
                    .build();
            ops = Backends.dense(backend);
            loss = new SigmoidCrossEntropy(backend, Reduction.sum());
            rows = resources.add(new Workspace(backend));
            hidden = resources.add(new Workspace(backend));
            dHidden = resources.add(new Workspace(backend));
            outputs = resources.add(new Workspace(backend));
            dOutputs = resources.add(new Workspace(backend));
            logits = resources.add(new Workspace(backend));
            targets = resources.add(new Workspace(backend));
            ones = resources.add(FloatTensor.allocate(backend, 2L * settings.window()));
            ones.fill(1);
        } catch (RuntimeException | Error e) {
            resources.close();
            throw e;
        }
        long[] counts = new long[vocabulary.size()];
        sentences.forEach(sentence -> Arrays.stream(sentence).forEach(word -> counts[word]++));
        double total = Arrays.stream(counts).sum();
        kept = Arrays.stream(counts)
                .mapToDouble(count -> settings.sample() == 0 ? 1 : Math.sqrt(settings.sample() * total / count))
                .toArray();
        cumulative = Arrays.stream(counts)
                .mapToDouble(count -> Math.pow((double) count, 0.75))
                .toArray();
        Arrays.parallelPrefix(cumulative, Double::sum);
    }

    Parameters parameters() {
        return parameters;
    }

    /** The vectors as they are now. */
    WordVectors vectors(Vocabulary vocabulary) {
        return new WordVectors(vocabulary, settings.width(), words.weight().toArray());
    }

    /**
     * Learns from one sentence.
     *
     * @param random draws what is left out, the windows and the negatives
     * @param meter gets the mean loss of the pairs, true and drawn
     */
    void learn(int[] sentence, float rate, SplittableRandom random, LossMeter meter) {
        int[] left = Arrays.stream(sentence)
                .filter(word -> random.nextDouble() < kept[word])
                .toArray();
        for (int at = 0; at < left.length; at++) {
            int reach = 1 + random.nextInt(settings.window());
            int from = Math.max(0, at - reach);
            int to = Math.min(left.length, at + reach + 1);
            int[] neighbours = new int[to - from - 1];
            System.arraycopy(left, from, neighbours, 0, at - from);
            System.arraycopy(left, at + 1, neighbours, at - from, to - at - 1);
            if (neighbours.length > 0) {
                int[] centre = {left[at]};
                boolean skip = settings.kind() == Kind.SKIPGRAM;
                meter.add(update(skip ? centre : neighbours, skip ? neighbours : centre, rate, random));
            }
        }
    }

    /** One step for h = the mean of some words' vectors and some true outputs, each with its k drawn ones. */
    private Loss update(int[] inputs, int[] truth, float rate, SplittableRandom random) {
        int d = settings.width();
        int m = inputs.length;
        int n = truth.length * (1 + settings.negatives());
        int[] drawn = new int[n];
        float[] labels = new float[n];
        for (int i = 0; i < n; i++) {
            int word = truth[i % truth.length];
            labels[i] = i < truth.length ? 1 : 0;
            drawn[i] = i < truth.length ? word : other(word, random);
        }
        FloatTensor in = rows.take(m, d);
        FloatTensor h = m == 1 ? in : hidden.take(1, d);
        ops.gather(words.weight(), inputs, in);
        if (m > 1) {
            ops.gemm(false, false, 1, d, m, 1f / m, ones.slice(0, m), in, 0, h);
        }
        FloatTensor u = outputs.take(n, d);
        ops.gather(contexts.weight(), drawn, u);
        FloatTensor z = logits.take(n);
        FloatTensor t = targets.take(n).copyFrom(labels);
        ops.gemm(false, true, n, 1, d, 1, u, h, 0, z);
        Loss measured = loss.compute(z, t, z);

        FloatTensor dh = dHidden.take(1, d);
        ops.gemm(true, false, 1, d, n, -rate, z, u, 0, dh); // steps, not gradients: the rate is in them
        FloatTensor du = dOutputs.take(n, d);
        ops.gemm(false, false, n, d, 1, -rate, z, h, 0, du);
        ops.scatterAdd(du, drawn, contexts.weight());
        if (m == 1) {
            ops.scatterAdd(dh, inputs, words.weight());
        } else {
            // every input gets h's whole step, as in the authors' program, not its share of the mean
            ops.gemm(false, false, m, d, 1, 1, ones.slice(0, m), dh, 0, in);
            ops.scatterAdd(in, inputs, words.weight());
        }
        return measured;
    }

    /** A word by frequency to the power 3/4, another one than the true one. */
    private int other(int truth, SplittableRandom random) {
        int word = truth;
        while (word == truth) {
            int found = Arrays.binarySearch(cumulative, random.nextDouble() * cumulative[cumulative.length - 1]);
            word = found >= 0 ? found : -found - 1;
        }
        return word;
    }

    @Override
    public void close() {
        resources.close();
    }
}
