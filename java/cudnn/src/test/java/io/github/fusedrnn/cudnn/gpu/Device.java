package io.github.fusedrnn.cudnn.gpu;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.fusedrnn.BackendStatus;
import io.github.fusedrnn.Backends;
import io.github.fusedrnn.config.BackendKind;
import org.junit.jupiter.api.Assumptions;

/** A device for tests: a real one, or the stand-in. */
public final class Device {
    private static final String GPU_PRESENT = "GPU_PRESENT";

    private Device() {}

    /** Skips the calling test, with the reason, where there is none; fails it where a driver lists a GPU and the backend does not start. */
    public static void require() {
        BackendStatus status = Backends.report().stream()
                .filter(s -> s.kind() == BackendKind.CUDNN)
                .findFirst()
                .orElseThrow();
        if ("yes".equals(System.getenv(GPU_PRESENT))) {
            assertThat(status.available())
                    .as("backend CUDNN on a machine with a GPU: %s", status.reason())
                    .isTrue();
        }
        Assumptions.assumeTrue(status.available(), () -> "skipped: backend CUDNN: " + status.reason());
    }
}
