package io.github.fusedrnn.internal.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class NativeApiTest {
    @Test
    void answersFromTheNativeLibrary() {
        assertThat(NativeApi.fr_version()).matches("\\d+\\.\\d+\\.\\d+(-SNAPSHOT)?");
    }

    @Test
    void doesNotLoadOpenBlas() throws IOException {
        NativeApi.fr_version();
        assertThat(Files.readString(Path.of("/proc/self/maps")))
                .contains("libjnifusedrnn.so", "libfusedrnn.so")
                .doesNotContain("libopenblas");
    }
}
