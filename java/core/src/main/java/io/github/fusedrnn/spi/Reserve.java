package io.github.fusedrnn.spi;

/** What a training forward saves for its backward; belongs to one tape. */
public interface Reserve extends AutoCloseable {
    /** Largest T it has room for. */
    int maxT();

    /** Largest N it has room for. */
    int maxN();

    /** Bytes held. */
    long bytes();

    @Override
    void close();
}
