package io.github.fusedrnn.examples.streams;

import io.github.fusedrnn.stream.StepCallback;
import io.github.fusedrnn.stream.StreamPool;
import io.github.fusedrnn.stream.StreamPoolFullException;

/** A pool, which batches waiting requests. */
final class PoolServer implements StepServer {
    private final StreamPool pool;

    PoolServer(StreamPool pool) {
        this.pool = pool;
    }

    @Override
    public boolean submit(int stream, float[] x, float[] y, StepCallback callback) {
        try {
            pool.submit(stream, x, 0, y, 0, callback);
            return true;
        } catch (StreamPoolFullException e) {
            return false;
        }
    }

    @Override
    public void close() {
        pool.close();
    }
}
