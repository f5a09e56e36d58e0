package io.github.fusedrnn.stream;

import io.github.fusedrnn.RecurrentLayer;
import io.github.fusedrnn.Session;
import io.github.fusedrnn.config.RecurrentConfig;
import io.github.fusedrnn.internal.layer.BackendRegistry;
import io.github.fusedrnn.internal.memory.TensorAccess;
import io.github.fusedrnn.spi.Backend;
import io.github.fusedrnn.tensor.FloatTensor;
import io.github.fusedrnn.tensor.RecurrentState;
import io.github.fusedrnn.tensor.TensorStorage;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One worker's memory for a batch of one time step: the plan, input, output and states on the backend, and the Java arrays through which input
 * and output go there and back in one copy each. Views for a number of rows are made when that number comes up first. One thread at a time.
 */
final class PoolBatch implements AutoCloseable {
    private final RecurrentConfig config;
    private final Session session;
    private final Backend backend;
    private final List<TensorStorage> memory = new ArrayList<>();
    private final TensorStorage x;
    private final TensorStorage y;
    private final TensorStorage state;
    private final float[] input;
    private final float[] output;
    private final @Nullable BatchRows[] views;
    private final int[] slabRows;

    PoolBatch(RecurrentLayer layer, int largest) {
        config = layer.config();
        input = new float[Math.multiplyExact(largest, config.inputSize())];
        output = new float[Math.multiplyExact(largest, config.outputSize())];
        views = new @Nullable BatchRows[largest + 1];
        slabRows = new int[largest];
        backend = BackendRegistry.open(layer.backend(), layer.device());
        session = layer.session(1, largest, 1);
        try {
            x = allocate(input.length, "inputs of a batch");
            y = allocate(output.length, "outputs of a batch");
            state = allocate(RecurrentState.floats(config, largest), "states of a batch");
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    /** Whose memory it is. */
    Backend backend() {
        return backend;
    }

    private TensorStorage allocate(long floats, String label) {
        TensorStorage block = backend.allocate(floats, label);
        block.acquire(); // once, instead of at every step
        memory.add(block);
        return block;
    }

    /** Puts a stream in: its input from {@code x} on, its state in {@code slabRow}. */
    void set(int row, float[] from, int slabRow) {
        System.arraycopy(from, 0, input, row * config.inputSize(), config.inputSize());
        slabRows[row] = slabRow;
    }

    /** Steps the first {@code n} rows. What fails has changed no state of a stream. */
    void run(int n, StateSlab slab) {
        BatchRows rows = rows(n);
        System.arraycopy(slabRows, 0, rows.slabRows(), 0, n);
        x.write(0, input, 0, n * config.inputSize());
        slab.gather(rows);
        session.infer(rows.x(), null, rows.state(), rows.y(), rows.state());
        y.read(0, output, 0, n * config.outputSize());
        slab.scatter(rows);
    }

    /** Copies a row's output. */
    void get(int row, float[] to, int offset) {
        System.arraycopy(output, row * config.outputSize(), to, offset, config.outputSize());
    }

    private BatchRows rows(int n) {
        BatchRows known = views[n];
        if (known == null) {
            known = makeRows(n);
            views[n] = known;
        }
        return known;
    }

    private BatchRows makeRows(int n) {
        RecurrentState states = TensorAccess.states(state, config, n);
        int layers = config.stateLayers();
        FloatTensor[] parts = new FloatTensor[config.hasCellState() ? 2 * layers : layers];
        for (int i = 0; i < parts.length; i++) {
            FloatTensor of = i < layers ? states.h() : states.c();
            parts[i] = of.slice(i % layers, 1).reshape(n, of.dim(2));
        }
        return new BatchRows(
                sequence(x, n, config.inputSize()), sequence(y, n, config.outputSize()), states, parts, new int[n]);
    }

    private FloatTensor sequence(TensorStorage block, int n, int width) {
        return config.batchMajor()
                ? TensorAccess.view(block, 0, n, 1, width)
                : TensorAccess.view(block, 0, 1, n, width);
    }

    @Override
    public void close() {
        for (TensorStorage block : memory) {
            block.release();
            block.close();
        }
        session.close();
    }
}
