package io.github.fusedrnn.internal.memory;

import io.github.fusedrnn.BackendKind;
import io.github.fusedrnn.FusedRnnException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Off-heap memory from the JVM alone, for the reference backend where no native code can run. The JVM frees it when the last reference is
 * gone, some time after {@link #close()}.
 */
public final class JvmStorage extends BufferStorage {
    private static final AtomicLong LIVE_BYTES = new AtomicLong();

    private JvmStorage(String label, long floats, FloatBuffer[] chunks) {
        super(label, floats, chunks, () -> LIVE_BYTES.addAndGet(-floats * Float.BYTES));
        LIVE_BYTES.addAndGet(floats * Float.BYTES);
    }

    /** Bytes of all blocks that have not been closed. */
    public static long liveBytes() {
        return LIVE_BYTES.get();
    }

    /**
     * A block of zeros.
     *
     * @throws FusedRnnException if the JVM's limit of direct memory does not allow it
     */
    public static JvmStorage allocate(long floats, String label) {
        FloatBuffer[] chunks = new FloatBuffer[chunkCount(floats)];
        try {
            for (int i = 0; i < chunks.length; i++) {
                chunks[i] = ByteBuffer.allocateDirect(chunkSize(floats, i) * Float.BYTES)
                        .order(ByteOrder.nativeOrder())
                        .asFloatBuffer();
            }
        } catch (OutOfMemoryError e) {
            throw new FusedRnnException(
                    label + ": the JVM refused " + floats * Float.BYTES + " bytes of direct memory (raise -XX:MaxDirectMemorySize)", e);
        }
        return new JvmStorage(label, floats, chunks);
    }

    @Override
    public BackendKind backend() {
        return BackendKind.REFERENCE;
    }

    @Override
    public boolean usableBy(BackendKind backend) {
        return backend == BackendKind.REFERENCE;
    }

    @Override
    public long address() {
        return 0;
    }
}
