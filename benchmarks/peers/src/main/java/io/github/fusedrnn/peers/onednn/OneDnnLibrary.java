package io.github.fusedrnn.peers.onednn;

import io.github.fusedrnn.peers.comparison.CaseData;
import io.github.fusedrnn.peers.comparison.CaseSpec;
import io.github.fusedrnn.peers.comparison.Library;
import io.github.fusedrnn.peers.comparison.LibraryCase;
import io.github.fusedrnn.peers.comparison.Setup;
import java.util.List;
import java.util.Map;
import org.bytedeco.dnnl.dnnl_version_t;
import org.bytedeco.dnnl.global.dnnl;
import org.jspecify.annotations.Nullable;

/** oneDNN, through the JavaCPP preset. */
public final class OneDnnLibrary implements Library {
    @Override
    public String id() {
        return "onednn";
    }

    @Override
    public String title() {
        return "oneDNN";
    }

    @Override
    public String version() {
        dnnl_version_t version = dnnl.dnnl_version();
        return version.major() + "." + version.minor() + "." + version.patch() + ", " + dnnl.get_effective_cpu_isa();
    }

    /** Its threads are those of its OpenMP library. They keep the default, to spin between calls: with passive waits calls take 2 to 30 times as long. */
    @Override
    public List<Setup> setups() {
        return List.of(setup(1), setup(2));
    }

    private static Setup setup(int threads) {
        return new Setup(threads, "", Map.of("OMP_NUM_THREADS", Integer.toString(threads)), List.of());
    }

    @Override
    public List<String> jars() {
        return List.of("dnnl-", "opencl-", "javacpp-");
    }

    @Override
    public @Nullable String unsupportedReason(CaseSpec spec) {
        return spec.hasLengths() && (spec.bidirectional() || spec.layers() > 1) ? "no lengths in its API" : null;
    }

    @Override
    public LibraryCase create(CaseSpec spec, CaseData data, Setup setup) {
        if (spec.training()) {
            return new OneDnnTraining(spec, data);
        }
        return spec.hasLengths() ? new LengthsInference(spec, data) : new OneDnnInference(spec, data);
    }
}
