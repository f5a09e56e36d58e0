package io.github.fusedrnn.spi;

/** Memory sized for calls of at most {@link #maxT()} steps and {@link #maxN()} rows; kept in free lists between calls. */
public interface Workspace extends AutoCloseable {
    /** Largest T served. */
    int maxT();

    /** Largest N served. */
    int maxN();

    /** Bytes held. */
    long bytes();

    @Override
    void close();
}
