package io.github.fusedrnn.internal.natives;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.fusedrnn.testing.Target;
import java.io.IOException;
import java.io.InputStream;
import org.bytedeco.javacpp.Loader;
import org.junit.jupiter.api.Test;

/** What we ship stays small: an application unpacks it at its first start. */
class NativesSizeTest {
    private static final int LIMIT = 2 << 20;

    @Test
    void ourOwnLibrariesTakeLessThanTwoMebibytes() throws IOException {
        Target.CPU_PLAIN.require();
        assertThat(bytes("libfusedrnn.so") + bytes("libjnifusedrnn.so")).isLessThan(LIMIT);
    }

    private static long bytes(String library) throws IOException {
        String name = Loader.getPlatform() + "/" + library;
        try (InputStream in = NativeApi.class.getResourceAsStream(name)) {
            assertThat(in).as(name).isNotNull();
            return in.readAllBytes().length;
        }
    }
}
