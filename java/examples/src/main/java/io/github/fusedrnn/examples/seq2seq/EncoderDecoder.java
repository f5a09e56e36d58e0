package io.github.fusedrnn.examples.seq2seq;

import io.github.fusedrnn.Gradients;
import io.github.fusedrnn.RecurrentBuilder;
import io.github.fusedrnn.RecurrentLayer;
import io.github.fusedrnn.Tape;
import io.github.fusedrnn.config.BackendKind;
import io.github.fusedrnn.config.CellKind;
import io.github.fusedrnn.examples.cli.LayerOptions;
import io.github.fusedrnn.examples.cli.Resources;
import io.github.fusedrnn.tensor.FloatTensor;
import io.github.fusedrnn.tensor.RecurrentState;
import io.github.fusedrnn.train.Attention;
import io.github.fusedrnn.train.Dense;
import io.github.fusedrnn.train.Embedding;
import io.github.fusedrnn.train.Parameters;
import io.github.fusedrnn.train.Reduction;
import io.github.fusedrnn.train.SoftmaxCrossEntropy;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Two recurrent layers: an encoder reads the source, its last state is the decoder's first one, and the decoder writes
 * the target, each symbol from the one before it (Sutskever, Vinyals &amp; Le 2014; Cho et al. 2014). On request the
 * encoder is bidirectional, with half as many units per direction, whose states are concatenated for the decoder; and the decoder
 * attends to all of the encoder's outputs (Luong, Pham &amp; Manning 2015). Batch-major. One thread.
 */
final class EncoderDecoder implements AutoCloseable {
    /** Symbol that begins and ends a target, and stands behind the end of either. */
    static final int MARK = 0;

    /** What is built. */
    record Size(CellKind cell, int symbols, int embedding, int hidden, boolean bidirectional, boolean attention) {}

    private final Resources resources = new Resources();
    private final Size size;
    private final Embedding sourceTable;
    private final Embedding targetTable;
    private final RecurrentLayer encoder;
    private final RecurrentLayer decoder;
    private final Gradients dEncoder;
    private final Gradients dDecoder;
    private final @Nullable Attention attention;
    private final Dense dense;
    private final SoftmaxCrossEntropy loss;
    private final Parameters parameters;

    EncoderDecoder(Size size, LayerOptions where, long seed) {
        this.size = size;
        try {
            BackendKind backend = where.backend();
            sourceTable = resources.add(table(size, backend, seed));
            targetTable = resources.add(table(size, backend, seed + 1));
            encoder = resources.add(
                    size.bidirectional()
                            ? layer(size.cell(), size.embedding(), size.hidden() / 2, where, seed + 2)
                                    .bidirectional()
                                    .build()
                            : layer(size.cell(), size.embedding(), size.hidden(), where, seed + 2)
                                    .build());
            decoder = resources.add(layer(size.cell(), size.embedding(), size.hidden(), where, seed + 3)
                    .build());
            dEncoder = resources.add(encoder.newGradients());
            dDecoder = resources.add(decoder.newGradients());
            int width = size.hidden();
            attention = size.attention() ? resources.add(new Attention(width, width, width, seed + 4, backend)) : null;
            dense = resources.add(Dense.builder(width, size.symbols())
                    .seed(seed + 7)
                    .backend(backend)
                    .build());
            loss = new SoftmaxCrossEntropy(backend, Reduction.average());
            Parameters.Builder all = Parameters.builder()
                    .add("source", sourceTable)
                    .add("target", targetTable)
                    .add("encoder", encoder, dEncoder)
                    .add("decoder", decoder, dDecoder)
                    .add("dense", dense);
            if (attention != null) {
                attention.addTo(all, "attention");
            }
            parameters = all.build();
        } catch (RuntimeException | Error e) {
            resources.close();
            throw e;
        }
    }

    private static Embedding table(Size size, BackendKind backend, long seed) {
        return Embedding.builder(size.symbols(), size.embedding())
                .seed(seed)
                .backend(backend)
                .build();
    }

    private static RecurrentBuilder<?> layer(CellKind cell, int in, int units, LayerOptions where, long seed) {
        return where.layer(cell, in, units).batchMajor(true).seed(seed);
    }

    Parameters parameters() {
        return parameters;
    }

    RecurrentLayer decoder() {
        return decoder;
    }

    /**
     * Teacher forcing: the decoder reads the target's previous symbol, not its own. Adds to gradients that are zero.
     *
     * @return the mean loss of a symbol, the end mark counted
     */
    double train(List<int[]> sources, List<int[]> targets) {
        int n = sources.size();
        int[] sourceLengths = lengths(sources, 0);
        int[] targetLengths = lengths(targets, 1);
        int s = longest(sourceLengths);
        int t = longest(targetLengths);
        int[] read = pad(sources, s, 0, MARK);
        int[] given = pad(targets, t, 1, MARK);
        try (Resources memory = new Resources()) {
            FloatTensor x = memory.add(encoder.newInput(s, n));
            FloatTensor keys = memory.add(encoder.newOutput(s, n));
            FloatTensor dx = memory.add(encoder.newInput(s, n));
            RecurrentState end = memory.add(encoder.newState(n));
            RecurrentState dEnd = memory.add(encoder.newState(n));
            FloatTensor in = memory.add(decoder.newInput(t, n));
            FloatTensor dIn = memory.add(decoder.newInput(t, n));
            FloatTensor y = memory.add(decoder.newOutput(t, n));
            FloatTensor dy = memory.add(decoder.newOutput(t, n));
            RecurrentState begin = memory.add(decoder.newState(n));
            RecurrentState dBegin = memory.add(decoder.newState(n));
            FloatTensor logits = memory.add(decoder.newTensor(n, t, size.symbols()));
            FloatTensor seen = attention == null ? y : memory.add(decoder.newOutput(t, n));
            FloatTensor dSeen = attention == null ? dy : memory.add(decoder.newOutput(t, n));
            FloatTensor dKeys = attention == null ? null : memory.add(encoder.newOutput(s, n));
            sourceTable.forward(read, x);
            targetTable.forward(given, in);
            double measured;
            try (Tape encoding = encoder.forward(x, sourceLengths, null, keys, end)) {
                handOver(end, begin);
                try (Tape decoding = decoder.forward(in, targetLengths, begin, y, null)) {
                    if (attention != null) {
                        attention.forward(y, keys, sourceLengths, seen);
                    }
                    dense.forward(seen, logits);
                    int[] labels = pad(targets, t, 0, SoftmaxCrossEntropy.IGNORED);
                    for (int row = 0; row < n; row++) {
                        labels[row * t + targetLengths[row] - 1] = MARK;
                    }
                    measured = loss.compute(logits, labels, logits).value();
                    dense.backward(seen, logits, logits, dSeen);
                    if (attention != null && dKeys != null) {
                        attention.backward(dSeen, dy, dKeys);
                    }
                    decoding.backward(dy, null, dIn, dBegin, dDecoder);
                }
                handBack(dBegin, dEnd);
                encoding.backward(dKeys, dEnd, dx, null, dEncoder);
            }
            targetTable.backward(given, dIn);
            sourceTable.backward(read, dx);
            return measured;
        }
    }

    /** Reads sources; the result writes targets, and is closed by the caller. */
    Decoding read(List<int[]> sources) {
        int[] lengths = lengths(sources, 0);
        int s = longest(lengths);
        int n = sources.size();
        Resources result = new Resources();
        try (FloatTensor x = encoder.newInput(s, n);
                RecurrentState end = encoder.newState(n)) {
            FloatTensor keys = result.add(encoder.newOutput(s, n));
            sourceTable.forward(pad(sources, s, 0, MARK), x);
            encoder.infer(x, lengths, null, keys, end);
            RecurrentState begin = result.add(decoder.newState(n));
            handOver(end, begin);
            return new Decoding(decoder, targetTable, attention, dense, keys, lengths, begin);
        } catch (RuntimeException | Error e) {
            result.close();
            throw e;
        }
    }

    /** The encoder's last states become the decoder's first ones, those of two directions concatenated. */
    private void handOver(RecurrentState end, RecurrentState begin) {
        if (!size.bidirectional()) {
            begin.copyFrom(end);
            return;
        }
        sideBySide(end.h(), begin.h(), true);
        if (end.hasCellState()) {
            sideBySide(end.c(), begin.c(), true);
        }
    }

    private void handBack(RecurrentState dBegin, RecurrentState dEnd) {
        if (!size.bidirectional()) {
            dEnd.copyFrom(dBegin);
            return;
        }
        sideBySide(dEnd.h(), dBegin.h(), false);
        if (dEnd.hasCellState()) {
            sideBySide(dEnd.c(), dBegin.c(), false);
        }
    }

    /** two {@code [2, N, H/2]} to one {@code [1, N, H]}, or back. */
    private static void sideBySide(FloatTensor two, FloatTensor one, boolean join) {
        int n = (int) two.dim(1);
        int half = (int) two.dim(2);
        float[] from = (join ? two : one).toArray();
        float[] to = new float[from.length];
        for (int row = 0; row < n; row++) {
            for (int d = 0; d < 2; d++) {
                int apart = (d * n + row) * half;
                int joined = (row * 2 + d) * half;
                System.arraycopy(from, join ? apart : joined, to, join ? joined : apart, half);
            }
        }
        (join ? one : two).copyFrom(to);
    }

    /** {@code [n * width + t]}: rows behind {@code shift} marks, padded. */
    static int[] pad(List<int[]> rows, int width, int shift, int padding) {
        int[] all = new int[rows.size() * width];
        Arrays.fill(all, padding);
        for (int row = 0; row < rows.size(); row++) {
            Arrays.fill(all, row * width, row * width + shift, MARK);
            System.arraycopy(rows.get(row), 0, all, row * width + shift, rows.get(row).length);
        }
        return all;
    }

    private static int[] lengths(List<int[]> rows, int more) {
        return rows.stream().mapToInt(row -> row.length + more).toArray();
    }

    private static int longest(int[] lengths) {
        return Arrays.stream(lengths).max().orElseThrow();
    }

    @Override
    public void close() {
        resources.close();
    }
}
