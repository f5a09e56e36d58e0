package io.github.fusedrnn.peers.dl4j;

import io.github.fusedrnn.config.CellKind;
import io.github.fusedrnn.peers.comparison.CaseData;
import io.github.fusedrnn.peers.comparison.CaseSpec;
import io.github.fusedrnn.peers.comparison.Library;
import io.github.fusedrnn.peers.comparison.LibraryCase;
import io.github.fusedrnn.peers.comparison.Setup;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.jspecify.annotations.Nullable;
import org.nd4j.common.config.ND4JSystemProperties;
import org.nd4j.linalg.factory.Nd4j;

/** Deeplearning4j on nd4j-native in its AVX2 build, the widest instruction set it has for these layers. */
public final class Deeplearning4jLibrary implements Library {
    @Override
    public String id() {
        return "deeplearning4j";
    }

    @Override
    public String title() {
        return "Deeplearning4j";
    }

    @Override
    public String version() {
        Properties maven = new Properties();
        String path = "/META-INF/maven/org.deeplearning4j/deeplearning4j-nn/pom.properties";
        try (InputStream file = Deeplearning4jLibrary.class.getResourceAsStream(path)) {
            maven.load(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return maven.getProperty("version") + ", BLAS "
                + Nd4j.getExecutioner().getEnvironmentInformation().getProperty("blas.vendor");
    }

    /**
     * Its threads are those of OpenMP and OpenBLAS, which read their variables once, at load time. On two cores the spinning threads compete for
     * cores, even with one OpenBLAS thread: a batch that takes 30 ms on one thread took 700 ms on two, and 73 ms with passive OpenMP waits.
     */
    @Override
    public List<Setup> setups() {
        return List.of(setup(1), setup(2));
    }

    private static Setup setup(int threads) {
        String count = Integer.toString(threads);
        return new Setup(
                threads,
                "",
                Map.of("OMP_NUM_THREADS", count, "OPENBLAS_NUM_THREADS", count, "OMP_WAIT_POLICY", "passive"),
                List.of("-D" + ND4JSystemProperties.LOG_INITIALIZATION + "=false"));
    }

    @Override
    public List<String> jars() {
        return List.of(
                "deeplearning4j-",
                "nd4j-",
                "javacpp-",
                "openblas-",
                "byteunits-",
                "commons-",
                "fastutil-",
                "flatbuffers-",
                "gson-",
                "guava-",
                "jna-",
                "neoitertools-",
                "oshi-",
                "protobuf-",
                "resources-",
                "slf4j-",
                "threetenbp-");
    }

    @Override
    public @Nullable String unsupportedReason(CaseSpec spec) {
        return spec.cell() == CellKind.GRU ? "no GRU layer" : null;
    }

    @Override
    public LibraryCase create(CaseSpec spec, CaseData data, Setup setup) {
        return new Deeplearning4jCase(spec, data);
    }
}
