package io.github.fusedrnn.stream;

import io.github.fusedrnn.config.RecurrentConfig;
import io.github.fusedrnn.dense.DenseOps;
import io.github.fusedrnn.internal.memory.TensorAccess;
import io.github.fusedrnn.spi.Backend;
import io.github.fusedrnn.tensor.FloatTensor;
import io.github.fusedrnn.tensor.TensorStorage;

/**
 * The states of many streams on the backend: one table {@code [rows, H or P]} of h for each layer, then one {@code [rows, H]} of c. A stream
 * has the same row in all of them. Held in use all the time. One thread at a time.
 */
final class StateSlab implements AutoCloseable {
    private final TensorStorage storage;
    private final DenseOps dense;
    private final FloatTensor[] tables;
    private final int hTables;

    StateSlab(Backend backend, RecurrentConfig config, int rows) {
        hTables = config.stateLayers();
        tables = new FloatTensor[config.hasCellState() ? 2 * hTables : hTables];
        long size = 0;
        for (int i = 0; i < tables.length; i++) {
            size = Math.addExact(size, Math.multiplyExact((long) rows, width(config, i)));
        }
        dense = backend.dense();
        storage = backend.allocate(size, "states of " + rows + " streams");
        storage.acquire();
        long offset = 0;
        for (int i = 0; i < tables.length; i++) {
            tables[i] = TensorAccess.view(storage, offset, rows, width(config, i));
            offset += tables[i].size();
        }
    }

    private int width(RecurrentConfig config, int table) {
        return table < hTables ? config.stateSize() : config.hiddenSize();
    }

    /** Copies the rows of a batch's streams into its states. */
    void gather(BatchRows rows) {
        for (int i = 0; i < tables.length; i++) {
            dense.gather(tables[i], rows.slabRows(), rows.parts()[i]);
        }
    }

    /** Copies a batch's states back. */
    void scatter(BatchRows rows) {
        for (int i = 0; i < tables.length; i++) {
            dense.scatter(rows.parts()[i], rows.slabRows(), tables[i]);
        }
    }

    /** Sets a row to the zero state. */
    void zero(int row) {
        for (FloatTensor table : tables) {
            int width = (int) table.dim(1);
            storage.fill(TensorAccess.offset(table) + (long) row * width, width, 0);
        }
    }

    /** h of a row {@code [L, H or P]}. */
    float[] h(int row) {
        return read(row, 0, hTables);
    }

    /** c of a row {@code [L, H]}; empty without a cell state. */
    float[] c(int row) {
        return read(row, hTables, tables.length);
    }

    private float[] read(int row, int first, int end) {
        int width = first < end ? (int) tables[first].dim(1) : 0;
        float[] values = new float[(end - first) * width];
        for (int i = first; i < end; i++) {
            storage.read(TensorAccess.offset(tables[i]) + (long) row * width, values, (i - first) * width, width);
        }
        return values;
    }

    /** Sets a row. */
    void write(int row, float[] h, float[] c) {
        for (int i = 0; i < tables.length; i++) {
            int width = (int) tables[i].dim(1);
            float[] from = i < hTables ? h : c;
            storage.write(TensorAccess.offset(tables[i]) + (long) row * width, from, (i % hTables) * width, width);
        }
    }

    @Override
    public void close() {
        storage.release();
        storage.close();
    }
}
