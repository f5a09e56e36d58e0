package io.github.fusedrnn.internal.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.fusedrnn.internal.natives.NativeApi;
import org.junit.jupiter.api.Test;

class NativeApiTest {
    @Test
    void answersFromTheNativeLibrary() {
        assertThat(NativeApi.fr_version()).matches("\\d+\\.\\d+\\.\\d+(-SNAPSHOT)?");
    }
}
