package io.github.fusedrnn.stream;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** A store in memory. */
class MapStore implements StreamStore {
    final Map<Long, byte[]> saved = new ConcurrentHashMap<>();

    @Override
    public void save(long streamId, byte[] snapshot) {
        saved.put(streamId, snapshot);
    }

    @Override
    public byte @Nullable [] load(long streamId) {
        return saved.get(streamId);
    }

    @Override
    public void remove(long streamId) {
        saved.remove(streamId);
    }
}
