package io.github.fusedrnn;

import io.github.fusedrnn.tensor.FloatTensor;
import org.jspecify.annotations.Nullable;

/** One stream's way between Java arrays and its backend's memory: room for one chunk, held in use, and a view of it for each T that was asked for. */
final class StreamBuffers implements AutoCloseable {
    private final FloatTensor x;
    private final FloatTensor y;
    private final @Nullable FloatTensor[] xOfSteps;
    private final @Nullable FloatTensor[] yOfSteps;
    private final boolean batchMajor;
    private final int inputSize;
    private final int outputSize;

    StreamBuffers(RecurrentLayer layer, int longestChunk) {
        batchMajor = layer.config().batchMajor();
        inputSize = layer.config().inputSize();
        outputSize = layer.config().outputSize();
        xOfSteps = new @Nullable FloatTensor[longestChunk + 1];
        yOfSteps = new @Nullable FloatTensor[longestChunk + 1];
        x = layer.newTensor(longestChunk, inputSize);
        try {
            y = layer.newTensor(longestChunk, outputSize);
        } catch (RuntimeException | Error e) {
            x.close();
            throw e;
        }
        x.storage().acquire();
        y.storage().acquire();
    }

    /** Copies {@code t} steps in; answers them as a sequence. */
    FloatTensor in(int t, float[] from, int first) {
        x.storage().write(0, from, first, t * inputSize);
        return view(xOfSteps, x, t, inputSize);
    }

    /** Where {@code t} steps go. */
    FloatTensor out(int t) {
        return view(yOfSteps, y, t, outputSize);
    }

    /** Copies {@code t} steps out. */
    void read(int t, float[] to, int first) {
        y.storage().read(0, to, first, t * outputSize);
    }

    private FloatTensor view(@Nullable FloatTensor[] views, FloatTensor whole, int t, int width) {
        FloatTensor view = views[t];
        if (view == null) {
            view = batchMajor
                    ? FloatTensor.view(whole.storage(), 0, 1, t, width)
                    : FloatTensor.view(whole.storage(), 0, t, 1, width);
            views[t] = view;
        }
        return view;
    }

    @Override
    public void close() {
        x.storage().release();
        y.storage().release();
        x.close();
        y.close();
    }
}
