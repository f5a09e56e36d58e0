package io.github.fusedrnn.examples.text;

import io.github.fusedrnn.examples.cli.Texts;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The settings of a word model.
 *
 * @param embedding width of the embedding
 * @param hidden units of each layer
 * @param layers stacked LSTM layers
 * @param batch sentences, or streams, per batch
 * @param buckets lengths that sentences are padded to; empty: one stream of sentences, cut into windows
 * @param window steps of a window of the stream
 * @param padded whether the padding after a sentence is trained on, too, as published
 * @param rate learning rate
 * @param whole epochs of that rate
 * @param decay factor of the rate for each further epoch
 * @param weightDecay of every weight
 * @param clip bound of the gradients' norm
 * @param epochs passes over the text
 */
record PtbSettings(
        int embedding,
        int hidden,
        int layers,
        int batch,
        List<Integer> buckets,
        int window,
        boolean padded,
        float rate,
        int whole,
        double decay,
        float weightDecay,
        double clip,
        int epochs) {

    /** The presets of the command line. */
    enum Preset {
        BUCKETED,
        SMALL
    }

    /** The published settings of either kind. */
    static PtbSettings of(Preset preset) {
        return preset == Preset.BUCKETED
                ? new PtbSettings(
                        256,
                        256,
                        2,
                        50,
                        List.of(10, 20, 40, 60, 80),
                        0,
                        false,
                        0.01f,
                        1,
                        1,
                        1e-5f,
                        Double.POSITIVE_INFINITY,
                        2)
                : new PtbSettings(200, 200, 2, 20, List.of(), 20, false, 1, 4, 0.5, 0, 5, 13);
    }

    /** The same with what a command line changes; null stays, and {@code newHidden} is the embedding's width, too. */
    PtbSettings with(
            @Nullable Integer newHidden,
            @Nullable Integer newLayers,
            @Nullable Integer newBatch,
            @Nullable List<Integer> newBuckets,
            boolean newPadded,
            @Nullable Float newRate) {
        return new PtbSettings(
                newHidden != null ? newHidden : embedding,
                newHidden != null ? newHidden : hidden,
                newLayers != null ? newLayers : layers,
                newBatch != null ? newBatch : batch,
                newBuckets != null ? newBuckets : buckets,
                window,
                newPadded,
                newRate != null ? newRate : rate,
                whole,
                decay,
                weightDecay,
                clip,
                epochs);
    }

    boolean bucketed() {
        return !buckets.isEmpty();
    }

    /** One line: what has to be the same for a resumed run. */
    @Override
    public String toString() {
        return Texts.format(
                "%d x LSTM of %d, embedding %d, batch %d, %s, SGD at %s%s, weight decay %s%s",
                layers,
                hidden,
                embedding,
                batch,
                bucketed()
                        ? "buckets " + buckets + (padded ? ", padding learned as published" : ", no padding")
                        : "windows of " + window + " with the state carried over",
                rate,
                decay < 1 ? Texts.format(" times %s after epoch %d", decay, whole) : "",
                weightDecay,
                clip < Double.POSITIVE_INFINITY ? ", gradients clipped to " + clip : "");
    }
}
