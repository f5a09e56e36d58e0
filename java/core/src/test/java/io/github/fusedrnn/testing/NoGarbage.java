package io.github.fusedrnn.testing;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/** Counts what a thread allocates on the Java heap. */
public final class NoGarbage {
    private static final int WARM_UP = 2000;
    private static final int CALLS = 1000;
    private static final int BATCHES = 5;

    private NoGarbage() {}

    /** Fails unless the calling thread allocates nothing in a thousand calls, once they are warm. */
    public static void check(String what, Runnable call) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long id = Thread.currentThread().getId();
        for (int i = 0; i < WARM_UP; i++) {
            call.run();
        }
        // What the calls allocate shows in every batch; what the JVM does now and then on this thread, when it compiles
        // anew, does not.
        long least = Long.MAX_VALUE;
        for (int batch = 0; batch < BATCHES && least > 0; batch++) {
            long before = threads.getThreadAllocatedBytes(id);
            long overhead = threads.getThreadAllocatedBytes(id) - before;
            before = threads.getThreadAllocatedBytes(id);
            for (int i = 0; i < CALLS; i++) {
                call.run();
            }
            least = Math.min(least, threads.getThreadAllocatedBytes(id) - before - overhead);
        }
        assertThat(least)
                .as("bytes on the Java heap in %d calls of %s", CALLS, what)
                .isZero();
    }
}
