package io.github.fusedrnn.peers.dl4j;

import io.github.fusedrnn.config.CellKind;
import io.github.fusedrnn.peers.race.CaseData;
import io.github.fusedrnn.peers.race.Contender;
import io.github.fusedrnn.peers.race.ContenderProvider;
import io.github.fusedrnn.peers.race.RaceCase;
import io.github.fusedrnn.peers.race.Setup;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.jspecify.annotations.Nullable;
import org.nd4j.common.config.ND4JSystemProperties;
import org.nd4j.linalg.factory.Nd4j;

/** Deeplearning4j on nd4j-native, its build for AVX2, the widest that it has for the layers. */
public final class Deeplearning4jProvider implements ContenderProvider {
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
        try (InputStream file = Deeplearning4jProvider.class.getResourceAsStream(path)) {
            maven.load(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return maven.getProperty("version") + ", products by "
                + Nd4j.getExecutioner().getEnvironmentInformation().getProperty("blas.vendor");
    }

    /**
     * Its threads are OpenMP's and OpenBLAS's, which look at their variables once, when they load. Two threads of each spin in each other's way,
     * also where OpenBLAS has one: a batch that took 30 ms on one thread took 700. With OpenMP's asleep between their tasks it took 73.
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
    public @Nullable String refusal(RaceCase race) {
        return race.cell() == CellKind.GRU ? "no GRU layer" : null;
    }

    @Override
    public Contender create(RaceCase race, CaseData data, Setup setup) {
        return new Deeplearning4jContender(race, data);
    }
}
