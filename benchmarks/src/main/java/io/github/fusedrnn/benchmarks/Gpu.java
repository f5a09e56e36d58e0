package io.github.fusedrnn.benchmarks;

import io.github.fusedrnn.BackendStatus;
import io.github.fusedrnn.Backends;
import io.github.fusedrnn.config.BackendKind;

/** Whether there is a GPU to measure. */
final class Gpu {
    private Gpu() {}

    /** Throws with the reason if there is none; JMH prints it and continues with the next benchmark. */
    static void require() {
        for (BackendStatus status : Backends.report()) {
            if (status.kind() == BackendKind.CUDNN && status.available()) {
                return;
            }
            if (status.kind() == BackendKind.CUDNN) {
                throw new IllegalStateException("skipped: backend CUDNN: " + status.reason());
            }
        }
        throw new IllegalStateException("skipped: backend CUDNN: not on the class path");
    }
}
