package io.github.fusedrnn.train;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.fusedrnn.BackendStatus;
import io.github.fusedrnn.Backends;
import io.github.fusedrnn.config.BackendKind;
import io.github.fusedrnn.tensor.FloatTensor;
import java.util.ArrayDeque;
import java.util.Deque;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/**
 * Tests that every backend passes; a subclass names the backend. Skipped, with the reason, where it is not available.
 */
abstract class BackendContract {
    final BackendKind backend;
    private final Deque<AutoCloseable> open = new ArrayDeque<>();

    BackendContract(BackendKind backend) {
        this.backend = backend;
    }

    @BeforeEach
    void needsTheBackend() {
        BackendStatus status = Backends.report().stream()
                .filter(s -> s.kind() == backend)
                .findFirst()
                .orElseThrow();
        assumeTrue(status.available(), () -> backend + " is not available: " + status.reason());
    }

    /** Closes after the test, in reverse order. */
    <T extends AutoCloseable> T closing(T resource) {
        open.push(resource);
        return resource;
    }

    FloatTensor zeros(long... dims) {
        return closing(FloatTensor.allocate(backend, dims));
    }

    FloatTensor tensor(float[] values, long... dims) {
        return zeros(dims).copyFrom(values);
    }

    @AfterEach
    void closeAll() throws Exception {
        while (!open.isEmpty()) {
            open.pop().close();
        }
    }
}
