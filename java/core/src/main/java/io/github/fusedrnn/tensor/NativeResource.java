package io.github.fusedrnn.tensor;

import java.lang.System.Logger.Level;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.lang.ref.Cleaner;
import org.jspecify.annotations.Nullable;

/**
 * Something that must be given back: native memory, a handle, a workspace. Counts its users, so that {@link #close()} during a call
 * fails loudly instead of freeing memory under it, and frees exactly once.
 *
 * <p>Thread-safe. A resource that is never closed is freed by a {@link Cleaner} as a safety net, which also logs the leak (logger
 * {@code io.github.fusedrnn}, level WARNING); {@code -Dfusedrnn.leakTrace=true} adds where it was created.
 */
public abstract class NativeResource implements AutoCloseable {
    private static final Cleaner CLEANER = Cleaner.create();
    private static final boolean LEAK_TRACE = Boolean.getBoolean("fusedrnn.leakTrace");
    private static final int CLOSED = Integer.MIN_VALUE;
    private static final VarHandle USES;
    private static final VarHandle LEASES;

    static {
        try {
            USES = MethodHandles.lookup().findVarHandle(NativeResource.class, "uses", int.class);
            LEASES = MethodHandles.lookup().findVarHandle(NativeResource.class, "leases", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final String label;
    private final Release release;
    private final Cleaner.Cleanable cleanable;

    @SuppressWarnings("unused") // through USES
    private volatile int uses;

    @SuppressWarnings("unused") // through LEASES
    private volatile int leases;

    /**
     * A live resource.
     *
     * @param label what messages call it
     * @param free gives the resource back; called once; must not refer to this object
     */
    protected NativeResource(String label, Runnable free) {
        this.label = label;
        this.release = new Release(label, free, LEAK_TRACE ? new Throwable("created here") : null);
        this.cleanable = CLEANER.register(this, release);
    }

    /** What messages call this resource. */
    public final String label() {
        return label;
    }

    /** Whether {@link #close()} has freed it. */
    public final boolean isClosed() {
        return uses < 0;
    }

    /**
     * Counts one more user, who must call {@link #release()}.
     *
     * @throws IllegalStateException if this is closed
     */
    public final void acquire() {
        if (!tryAcquire()) {
            throw new IllegalStateException(label + " is closed");
        }
    }

    /** As {@link #acquire()}, but answers false if this is closed. */
    public final boolean tryAcquire() {
        for (; ; ) {
            int now = uses;
            if (now < 0) {
                return false;
            }
            if (USES.compareAndSet(this, now, now + 1)) {
                return true;
            }
        }
    }

    /** Ends one use. */
    public final void release() {
        USES.getAndAdd(this, -1);
    }

    /** A use that outlives a call (a tape's) and forbids writing until {@link #endLease()}. */
    public final void lease() {
        acquire();
        LEASES.getAndAdd(this, 1);
    }

    /** Ends a lease. */
    public final void endLease() {
        LEASES.getAndAdd(this, -1);
        release();
    }

    /**
     * Refuses to write what an open tape still reads.
     *
     * @param name the argument's name, for the message
     * @throws IllegalStateException if leased
     */
    public final void checkWritable(String name) {
        if (leases > 0) {
            throw new IllegalStateException(
                    name + ": " + label + " is leased by an open tape (expected: close the tape before writing)");
        }
    }

    /**
     * Frees the resource; a second call does nothing.
     *
     * @throws IllegalStateException if it is in use by a running call or leased by an open tape; it stays usable then
     */
    @Override
    public void close() {
        if (!tryClose()) {
            throw new IllegalStateException(
                    label + (leases > 0 ? " is leased by an open tape" : " is in use by a running call")
                            + " and cannot be closed now");
        }
    }

    /** Frees the resource unless it is in use; answers whether it is closed now. */
    protected final boolean tryClose() {
        for (; ; ) {
            int now = uses;
            if (now < 0) {
                return true;
            }
            if (now > 0) {
                return false;
            }
            if (USES.compareAndSet(this, 0, CLOSED)) {
                release.regular = true;
                cleanable.clean();
                return true;
            }
        }
    }

    private static final class Release implements Runnable {
        private final String label;
        private final Runnable free;
        private final @Nullable Throwable trace;
        private volatile boolean regular;

        Release(String label, Runnable free, @Nullable Throwable trace) {
            this.label = label;
            this.free = free;
            this.trace = trace;
        }

        @Override
        public void run() {
            if (!regular) {
                String hint = trace == null ? " (-Dfusedrnn.leakTrace=true shows where it was created)" : "";
                System.getLogger("io.github.fusedrnn")
                        .log(Level.WARNING, label + " was never closed; freed now" + hint, trace);
            }
            free.run();
        }
    }
}
