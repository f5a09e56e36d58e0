package io.github.fusedrnn.examples.tools;

import io.github.fusedrnn.Gru;
import io.github.fusedrnn.Lstm;
import io.github.fusedrnn.Rnn;
import io.github.fusedrnn.config.Activation;
import io.github.fusedrnn.config.Direction;
import io.github.fusedrnn.config.Merge;
import io.github.fusedrnn.config.RecurrentConfig;
import io.github.fusedrnn.config.ResetPlacement;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One kind of layer and call whose gradients are checked.
 *
 * @param name of the row
 * @param config the layer
 * @param t T
 * @param n N
 * @param lengths valid steps of each row; null = all
 */
record LayerVariant(String name, RecurrentConfig config, int t, int n, int @Nullable [] lengths) {
    private static final int T = 5;
    private static final int N = 4;
    private static final int C = 5;
    private static final int H = 7;
    /** Unsorted, one row at full length, one empty. */
    private static final int[] LENGTHS = {3, 5, 0, 2};
    /** Small enough to act on most of the values drawn here, and not on all. */
    private static final float CLIP = 0.5f;

    /** Everything that a layer can be: every cell and option, alone and where options meet. */
    static List<LayerVariant> all() {
        List<LayerVariant> all = new ArrayList<>();
        rnn(all, "tanh", b -> b);
        rnn(all, "relu", b -> b.activation(Activation.RELU));
        lstm(all, "", b -> b);
        gru(all, "reset after", b -> b);
        shared(all);
        lstmOnly(all);
        gruOnly(all);
        activations(all);
        sizes(all);
        return all;
    }

    private static void shared(List<LayerVariant> all) {
        rnn(all, "3 layers", b -> b.layers(3));
        lstm(all, "3 layers", b -> b.layers(3));
        gru(all, "3 layers", b -> b.layers(3));
        rnn(all, "2 layers, both directions", b -> b.layers(2).bidirectional());
        lstm(all, "2 layers, both directions", b -> b.layers(2).bidirectional());
        gru(all, "2 layers, both directions", b -> b.layers(2).bidirectional());
        rnn(all, "2 layers, directions summed", b -> b.layers(2).bidirectional(Merge.SUM));
        lstm(all, "2 layers, directions summed", b -> b.layers(2).bidirectional(Merge.SUM));
        gru(all, "2 layers, directions summed", b -> b.layers(2).bidirectional(Merge.SUM));
        rnn(all, "reverse", b -> b.direction(Direction.REVERSE));
        lstm(all, "reverse", b -> b.direction(Direction.REVERSE));
        gru(all, "reverse", b -> b.direction(Direction.REVERSE));
        rnn(all, "no bias, batch-major", b -> b.bias(false).batchMajor(true));
        lstm(all, "no bias, batch-major", b -> b.bias(false).batchMajor(true));
        gru(all, "no bias, batch-major", b -> b.bias(false).batchMajor(true));
        rnn(all, "2 layers, dropout 0.4", b -> b.layers(2).dropout(0.4f));
        lstm(all, "2 layers, dropout 0.4, summed", b -> b.layers(2)
                .dropout(0.4f)
                .bidirectional(Merge.SUM));
        gru(all, "2 layers, dropout 0.4, both", b -> b.layers(2).dropout(0.4f).bidirectional());
        withLengths(
                all,
                "RNN lengths, 2 layers, both",
                Rnn.builder(C, H).layers(2).bidirectional().config());
        withLengths(
                all,
                "LSTM lengths, 2 layers, both",
                Lstm.builder(C, H).layers(2).bidirectional().config());
        withLengths(
                all,
                "GRU lengths, 2 layers, both",
                Gru.builder(C, H).layers(2).bidirectional().config());
        withLengths(
                all,
                "LSTM lengths, batch-major",
                Lstm.builder(C, H).batchMajor(true).config());
        withLengths(
                all,
                "GRU lengths, reverse",
                Gru.builder(C, H).direction(Direction.REVERSE).config());
    }

    private static void lstmOnly(List<LayerVariant> all) {
        lstm(all, "projection", b -> b.projection(3));
        lstm(all, "projection, 2 layers, both", b -> b.projection(3).layers(2).bidirectional());
        lstm(all, "cell clip", b -> b.cellClip(CLIP));
        lstm(all, "cell clip, projection", b -> b.cellClip(CLIP).projection(3));
        lstm(all, "peepholes", b -> b.peepholes(true));
        lstm(all, "coupled gates", b -> b.coupledInputForget(true));
        lstm(all, "peepholes, coupled, both", b -> b.peepholes(true)
                .coupledInputForget(true)
                .bidirectional());
        lstm(all, "peepholes, cell clip", b -> b.peepholes(true).cellClip(CLIP));
        withLengths(
                all,
                "LSTM lengths, projection",
                Lstm.builder(C, H).projection(3).config());
        withLengths(
                all,
                "LSTM lengths, peepholes, both",
                Lstm.builder(C, H).peepholes(true).bidirectional().config());
    }

    private static void gruOnly(List<LayerVariant> all) {
        gru(all, "reset before", b -> b.reset(ResetPlacement.BEFORE));
        gru(all, "reset before, 2 layers, both", b -> b.reset(ResetPlacement.BEFORE)
                .layers(2)
                .bidirectional());
        gru(all, "minimal, no reset gate", b -> b.reset(ResetPlacement.NONE));
        withLengths(
                all,
                "GRU lengths, reset before",
                Gru.builder(C, H).reset(ResetPlacement.BEFORE).config());
    }

    private static void activations(List<LayerVariant> all) {
        List<Activation> functions = List.of(
                Activation.SIGMOID,
                Activation.IDENTITY,
                Activation.hardSigmoid(0.3f, 0.45f),
                Activation.SOFTSIGN,
                Activation.SOFTPLUS,
                Activation.elu(0.9f),
                Activation.leakyRelu(0.1f),
                Activation.thresholdedRelu(0.2f),
                Activation.scaledTanh(1.4f, 0.6f),
                Activation.affine(0.7f, 0.1f));
        for (Activation f : functions) {
            rnn(all, f.kind().name().toLowerCase(Locale.ROOT).replace('_', ' '), b -> b.activation(f));
        }
        lstm(
                all,
                "hard sigmoid, softsign, elu",
                b -> b.activations(Activation.hardSigmoid(0.3f, 0.45f), Activation.SOFTSIGN, Activation.elu(0.9f)));
        lstm(all, "other functions in reverse", b -> b.bidirectional()
                .reverseActivations(Activation.SIGMOID, Activation.RELU, Activation.SOFTSIGN));
        gru(all, "sigmoid, relu", b -> b.activations(Activation.SIGMOID, Activation.RELU));
        gru(all, "softsign, reset before", b -> b.activations(Activation.SIGMOID, Activation.SOFTSIGN)
                .reset(ResetPlacement.BEFORE));
        rnn(all, "gate clip", b -> b.gateClip(CLIP));
        lstm(all, "gate clip", b -> b.gateClip(CLIP));
        lstm(all, "gate clip, peepholes", b -> b.gateClip(CLIP).peepholes(true));
        gru(all, "gate clip", b -> b.gateClip(CLIP));
        gru(all, "gate clip, reset before", b -> b.gateClip(CLIP).reset(ResetPlacement.BEFORE));
    }

    /** Around the widths of vector registers, and the smallest of everything. */
    private static void sizes(List<LayerVariant> all) {
        for (int size : new int[] {1, 17, 33}) {
            all.add(new LayerVariant(
                    "RNN C = H = " + size, Rnn.builder(size, size).config(), T, N, null));
            all.add(new LayerVariant(
                    "LSTM C = H = " + size, Lstm.builder(size, size).config(), T, N, null));
            all.add(new LayerVariant(
                    "GRU C = H = " + size, Gru.builder(size, size).config(), T, N, null));
        }
        all.add(new LayerVariant("LSTM T = 1, N = 1", Lstm.builder(C, H).config(), 1, 1, null));
        all.add(new LayerVariant("GRU T = 1, N = 1", Gru.builder(C, H).config(), 1, 1, null));
        all.add(new LayerVariant("LSTM T = 30", Lstm.builder(C, H).config(), 30, 2, null));
        all.add(new LayerVariant("GRU T = 30", Gru.builder(C, H).config(), 30, 2, null));
    }

    private static void rnn(List<LayerVariant> all, String name, Function<Rnn.Builder, Rnn.Builder> options) {
        RecurrentConfig config = options.apply(Rnn.builder(C, H)).config();
        all.add(new LayerVariant(("RNN " + name).strip(), config, T, N, null));
    }

    private static void lstm(List<LayerVariant> all, String name, Function<Lstm.Builder, Lstm.Builder> options) {
        RecurrentConfig config = options.apply(Lstm.builder(C, H)).config();
        all.add(new LayerVariant(("LSTM " + name).strip(), config, T, N, null));
    }

    private static void gru(List<LayerVariant> all, String name, Function<Gru.Builder, Gru.Builder> options) {
        RecurrentConfig config = options.apply(Gru.builder(C, H)).config();
        all.add(new LayerVariant(("GRU " + name).strip(), config, T, N, null));
    }

    private static void withLengths(List<LayerVariant> all, String name, RecurrentConfig config) {
        all.add(new LayerVariant(name, config, T, N, LENGTHS));
    }
}
