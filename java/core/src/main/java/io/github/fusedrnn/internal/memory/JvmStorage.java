package io.github.fusedrnn.internal.memory;

import io.github.fusedrnn.config.BackendKind;
import io.github.fusedrnn.config.FusedRnnException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Off-heap memory from the JVM alone, for the reference backend where no native code can run. The JVM frees it when the last reference is
 * gone, some time after {@link #close()}.
 */
public final class JvmStorage extends BufferStorage {
    /** Below this a request is not worth reading files of /proc for. */
    private static final long SMALL = 8L << 20;

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
     * @throws FusedRnnException if the machine does not have that much, or the JVM's limit of direct memory does not allow it; names how many
     *     bytes were requested and are free
     */
    public static JvmStorage allocate(long floats, String label) {
        checkFree(floats * Float.BYTES, label);
        FloatBuffer[] chunks = new FloatBuffer[chunkCount(floats)];
        try {
            for (int i = 0; i < chunks.length; i++) {
                chunks[i] = ByteBuffer.allocateDirect(chunkSize(floats, i) * Float.BYTES)
                        .order(ByteOrder.nativeOrder())
                        .asFloatBuffer();
            }
        } catch (OutOfMemoryError e) {
            throw new FusedRnnException(
                    label + ": asked for " + floats * Float.BYTES
                            + " bytes, more direct memory than the JVM has free (-XX:MaxDirectMemorySize raises its limit)",
                    e);
        }
        return new JvmStorage(label, floats, chunks);
    }

    /** Without it the JVM would fill its limit gigabyte by gigabyte before it refused. */
    private static void checkFree(long bytes, String label) {
        if (bytes >= SMALL) {
            long free = FreeMemory.bytes();
            if (bytes > free) {
                throw new FusedRnnException(
                        MemoryBound.refusal(label, bytes, free, "of the machine's memory or the container's limit"),
                        null);
            }
        }
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
