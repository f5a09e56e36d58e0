package io.github.fusedrnn.cudnn.fake;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.fusedrnn.testing.ChildJvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Machines on which something is missing or too old: the reason names it, and the other backends run. */
@Tag("fakecuda")
class ProbeVariantsTest {
    @TempDir
    private Path folder;

    private String report(Map<String, String> environment, String... options) throws IOException, InterruptedException {
        List<String> all = Stream.concat(
                        Stream.of("-Dorg.bytedeco.javacpp.cachedir=" + folder.resolve("cache")), Stream.of(options))
                .toList();
        return ChildJvm.run(BackendReport.class, environment, all.toArray(new String[0]));
    }

    private String assuming(Map<String, String> environment) throws IOException, InterruptedException {
        return report(environment, "-Dfusedrnn.cudnn.assumeDriver=true");
    }

    private static void assertRefused(String report, String... parts) {
        assertThat(report).contains(parts).contains("available: false", "and the others run");
        assertThat(report.lines().filter(line -> line.startsWith("refused: ")))
                .as(report)
                .hasSize(2)
                .allSatisfy(line -> assertThat(line).contains(parts));
    }

    @Test
    void runsOnTheStandIn() throws IOException, InterruptedException {
        assertThat(assuming(Map.of()))
                .contains("available: true", "ran on CUDNN", "and the others run")
                .doesNotContain("refused");
    }

    @Test
    void noDriver() throws IOException, InterruptedException {
        org.junit.jupiter.api.Assumptions.assumeFalse(
                Files.exists(Path.of("/dev/nvidiactl")), "skipped: this machine has a driver");
        assertRefused(report(Map.of()), "no NVIDIA driver");
    }

    @Test
    void anOldDriver() throws IOException, InterruptedException {
        assertRefused(assuming(Map.of("FAKECUDA_DRIVER", "12080")), "for CUDA 12.8", "driver 580");
    }

    @Test
    void noDevice() throws IOException, InterruptedException {
        assertRefused(assuming(Map.of("FAKECUDA_DEVICES", "0")), "no device");
    }

    @Test
    void anOldDevice() throws IOException, InterruptedException {
        assertRefused(assuming(Map.of("FAKECUDA_CAPABILITY", "61")), "too old", "device 0 has 6.1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"libcudnn_adv.so.9", "libcudnn_graph.so.9", "libcublasLt.so.13", "libcuda.so.1"})
    void aMissingLibrary(String missing) throws IOException, InterruptedException {
        Path libraries = Files.createDirectory(folder.resolve("libraries"));
        try (Stream<Path> all = Files.list(Path.of(System.getProperty("fusedrnn.fakecuda")))) {
            for (Path library :
                    all.filter(file -> file.toString().contains(".so")).toList()) {
                if (!library.endsWith(missing)) {
                    Files.createSymbolicLink(libraries.resolve(library.getFileName()), library);
                }
            }
        }
        Map<String, String> environment = new HashMap<>();
        environment.put("LD_LIBRARY_PATH", libraries.toString());
        environment.put(
                "LD_PRELOAD", System.getenv("LD_PRELOAD").replace(missing, "").replace("::", ":"));
        assertRefused(assuming(environment), missing);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6})
    void aFailureWhileLooking(int call) throws IOException, InterruptedException {
        assertThat(assuming(Map.of("FAKECUDA_FAIL", Integer.toString(call))))
                .containsPattern("available: (true|false)")
                .contains("and the others run")
                .doesNotContain("Exception in thread");
    }
}
