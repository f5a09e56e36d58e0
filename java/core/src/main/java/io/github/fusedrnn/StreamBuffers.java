package io.github.fusedrnn;

import io.github.fusedrnn.internal.memory.TensorAccess;
import io.github.fusedrnn.tensor.FloatTensor;
import io.github.fusedrnn.tensor.TensorStorage;
import org.jspecify.annotations.Nullable;

/** One stream's way between Java arrays and its backend's memory: room for one chunk, held in use, and a view of it for each T that was asked for. */
final class StreamBuffers implements AutoCloseable {
    private final TensorStorage x;
    private final TensorStorage y;
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
        FloatTensor in = layer.newTensor(longestChunk, inputSize);
        try {
            y = TensorAccess.storage(layer.newTensor(longestChunk, outputSize));
        } catch (RuntimeException | Error e) {
            in.close();
            throw e;
        }
        x = TensorAccess.storage(in);
        x.acquire();
        y.acquire();
    }

    /** Copies {@code t} steps in; answers them as a sequence. */
    FloatTensor in(int t, float[] from, int first) {
        x.write(0, from, first, t * inputSize);
        return view(xOfSteps, x, t, inputSize);
    }

    /** Where {@code t} steps go. */
    FloatTensor out(int t) {
        return view(yOfSteps, y, t, outputSize);
    }

    /** Copies {@code t} steps out. */
    void read(int t, float[] to, int first) {
        y.read(0, to, first, t * outputSize);
    }

    private FloatTensor view(@Nullable FloatTensor[] views, TensorStorage whole, int t, int width) {
        FloatTensor view = views[t];
        if (view == null) {
            view = batchMajor ? TensorAccess.view(whole, 0, 1, t, width) : TensorAccess.view(whole, 0, t, 1, width);
            views[t] = view;
        }
        return view;
    }

    @Override
    public void close() {
        x.release();
        y.release();
        x.close();
        y.close();
    }
}
