package io.github.fusedrnn.examples.seq2seq;

import io.github.fusedrnn.Backends;
import io.github.fusedrnn.RecurrentLayer;
import io.github.fusedrnn.dense.DenseOps;
import io.github.fusedrnn.tensor.FloatTensor;
import io.github.fusedrnn.tensor.RecurrentState;
import io.github.fusedrnn.train.Attention;
import io.github.fusedrnn.train.BeamSearch;
import io.github.fusedrnn.train.Dense;
import io.github.fusedrnn.train.Embedding;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Decodes targets from encoded sources, symbol by symbol. Used once, by one thread. */
final class Decoding implements AutoCloseable {
    private final RecurrentLayer decoder;
    private final Embedding table;
    private final @Nullable Attention attention;
    private final Dense dense;
    private final DenseOps ops;
    private FloatTensor keys;
    private int[] lengths;
    private RecurrentState state;

    /** Takes over keys and state. */
    Decoding(
            RecurrentLayer decoder,
            Embedding table,
            @Nullable Attention attention,
            Dense dense,
            FloatTensor keys,
            int[] lengths,
            RecurrentState state) {
        this.decoder = decoder;
        this.table = table;
        this.attention = attention;
        this.dense = dense;
        this.ops = Backends.dense(decoder.backend());
        this.keys = keys;
        this.lengths = lengths;
        this.state = state;
    }

    /** The likeliest symbol, again and again, until all rows have ended or have {@code longest} symbols. */
    List<int[]> greedy(int longest) {
        int n = lengths.length;
        List<List<Integer>> written = new ArrayList<>();
        for (int row = 0; row < n; row++) {
            written.add(new ArrayList<>());
        }
        boolean[] ended = new boolean[n];
        int[] symbols = new int[n];
        Arrays.fill(symbols, EncoderDecoder.MARK);
        for (int left = n, t = 0; left > 0 && t <= longest; t++) {
            float[] scores = step(symbols);
            int width = scores.length / n;
            for (int row = 0; row < n; row++) {
                symbols[row] = largest(scores, row * width, width);
                if (!ended[row] && (symbols[row] == EncoderDecoder.MARK || t == longest)) {
                    ended[row] = true;
                    left--;
                }
                if (!ended[row]) {
                    written.get(row).add(symbols[row]);
                }
            }
        }
        return written.stream()
                .map(symbol -> symbol.stream().mapToInt(i -> i).toArray())
                .toList();
    }

    /** The likeliest targets of the only source, best first. */
    List<BeamSearch.Hypothesis> beam(int width, int longest) {
        return new BeamSearch(width, EncoderDecoder.MARK, longest).search((parents, symbols) -> {
            follow(parents);
            int[] last = Arrays.stream(symbols)
                    .map(s -> s < 0 ? EncoderDecoder.MARK : s)
                    .toArray();
            float[] scores = step(last);
            int n = last.length;
            int classes = scores.length / n;
            float[][] likely = new float[n][];
            for (int row = 0; row < n; row++) {
                likely[row] = logSoftmax(Arrays.copyOfRange(scores, row * classes, (row + 1) * classes));
            }
            return likely;
        });
    }

    /** Row i continues from row parents[i]. */
    private void follow(int[] parents) {
        RecurrentState next = decoder.newState(parents.length);
        rows(state.h(), parents, next.h());
        if (state.hasCellState()) {
            rows(state.c(), parents, next.c());
        }
        state.close();
        state = next;
        if (lengths.length != parents.length) { // all rows have the one source
            FloatTensor more = decoder.newTensor(parents.length, keys.dim(1), keys.dim(2));
            for (int row = 0; row < parents.length; row++) {
                more.slice(row, 1).copyFrom(keys.slice(0, 1));
            }
            keys.close();
            keys = more;
            int length = lengths[0];
            lengths = new int[parents.length];
            Arrays.fill(lengths, length);
        }
    }

    private void rows(FloatTensor from, int[] ids, FloatTensor to) {
        for (int layer = 0; layer < from.dim(0); layer++) {
            ops.gather(
                    from.slice(layer, 1).reshape(from.dim(1), from.dim(2)),
                    ids,
                    to.slice(layer, 1).reshape(to.dim(1), to.dim(2)));
        }
    }

    /** One symbol in; scores of the next one of each row. */
    private float[] step(int[] symbols) {
        int n = symbols.length;
        try (FloatTensor x = decoder.newInput(1, n);
                FloatTensor y = decoder.newOutput(1, n);
                FloatTensor seen = decoder.newOutput(1, n);
                FloatTensor logits = decoder.newTensor(n, dense.out())) {
            table.forward(symbols, x);
            decoder.infer(x, null, state, y, state);
            if (attention != null) {
                attention.forward(y, keys, lengths, seen);
            }
            dense.forward(attention != null ? seen : y, logits);
            return logits.toArray();
        }
    }

    private static int largest(float[] scores, int from, int count) {
        int best = 0;
        for (int i = 1; i < count; i++) {
            best = scores[from + i] > scores[from + best] ? i : best;
        }
        return best;
    }

    private static float[] logSoftmax(float[] scores) {
        double largest = Double.NEGATIVE_INFINITY;
        for (float score : scores) {
            largest = Math.max(largest, score);
        }
        double sum = 0;
        for (float score : scores) {
            sum += Math.exp(score - largest);
        }
        for (int i = 0; i < scores.length; i++) {
            scores[i] -= (float) (largest + Math.log(sum));
        }
        return scores;
    }

    @Override
    public void close() {
        keys.close();
        state.close();
    }
}
