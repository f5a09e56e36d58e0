package io.github.fusedrnn.benchmarks;

import io.github.fusedrnn.BackendStatus;
import io.github.fusedrnn.Backends;
import io.github.fusedrnn.config.BackendKind;

/** Whether there is a GPU to measure. */
final class Gpu {
    private Gpu() {}

    /** Ends a benchmark, with the reason, where there is none: JMH prints it and goes on with the next. */
    static void require() {
        for (BackendStatus status : Backends.report()) {
            if (status.kind() == BackendKind.CUDNN && status.available()) {
                return;
            }
            if (status.kind() == BackendKind.CUDNN) {
                throw new IllegalStateException("skipped: backend CUDNN: " + status.reason());
            }
        }
        throw new IllegalStateException("skipped: backend CUDNN is not on the class path");
    }
}
