package io.github.fusedrnn.internal.layer;

import io.github.fusedrnn.spi.Workspace;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A bounded free list of workspaces, by compare-and-set. Giving back to a full list closes the one whose turn it is, so that workspaces of
 * shapes no longer asked for fade away.
 */
public final class FreeList<W extends Workspace> {
    private final AtomicReferenceArray<@Nullable W> idle;
    private final AtomicInteger turn = new AtomicInteger();
    private volatile boolean closed;

    public FreeList(int capacity) {
        this.idle = new AtomicReferenceArray<>(capacity);
    }

    /** One that is large enough, null if there is none. */
    @Nullable
    public W take(int t, int n) {
        for (int i = 0; i < idle.length(); i++) {
            W workspace = idle.get(i);
            if (workspace != null
                    && workspace.maxT() >= t
                    && workspace.maxN() >= n
                    && idle.compareAndSet(i, workspace, null)) {
                return workspace;
            }
        }
        return null;
    }

    public void giveBack(W workspace) {
        if (!putIntoGap(workspace)) {
            W oldest = idle.getAndSet(Math.floorMod(turn.getAndIncrement(), idle.length()), workspace);
            if (oldest != null) {
                oldest.close();
            }
        }
        if (closed) {
            close(); // what came in while close() swept the list must not stay behind
        }
    }

    private boolean putIntoGap(W workspace) {
        for (int i = 0; i < idle.length(); i++) {
            if (idle.get(i) == null && idle.compareAndSet(i, null, workspace)) {
                return true;
            }
        }
        return false;
    }

    /** Looks at the idle ones; they may be taken or closed meanwhile, so only what needs no life of theirs may be asked. */
    public void forEach(Consumer<W> look) {
        for (int i = 0; i < idle.length(); i++) {
            W workspace = idle.get(i);
            if (workspace != null) {
                look.accept(workspace);
            }
        }
    }

    public long bytes() {
        long bytes = 0;
        for (int i = 0; i < idle.length(); i++) {
            W workspace = idle.get(i);
            bytes += workspace == null ? 0 : workspace.bytes();
        }
        return bytes;
    }

    public void close() {
        closed = true;
        for (int i = 0; i < idle.length(); i++) {
            W workspace = idle.getAndSet(i, null);
            if (workspace != null) {
                workspace.close();
            }
        }
    }
}
