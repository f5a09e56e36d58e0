package io.github.fusedrnn.peers.fusedrnn;

import io.github.fusedrnn.Backends;
import io.github.fusedrnn.config.BackendKind;
import io.github.fusedrnn.peers.comparison.CaseData;
import io.github.fusedrnn.peers.comparison.CaseSpec;
import io.github.fusedrnn.peers.comparison.Library;
import io.github.fusedrnn.peers.comparison.LibraryCase;
import io.github.fusedrnn.peers.comparison.Setup;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** FusedRNN on its CPU backend with default settings. */
public final class FusedRnnLibrary implements Library {
    @Override
    public String id() {
        return "fusedrnn";
    }

    @Override
    public String title() {
        return "FusedRNN";
    }

    @Override
    public String version() {
        return Backends.report().stream()
                .filter(status -> status.kind() == BackendKind.CPU)
                .findFirst()
                .map(status -> status.details().get("native library") + ", instruction set "
                        + status.details().get("instruction set"))
                .orElse("no CPU backend");
    }

    @Override
    public List<Setup> setups() {
        return List.of(Setup.of(1), Setup.of(2));
    }

    @Override
    public List<String> jars() {
        return List.of("fusedrnn-", "javacpp-", "openblas-");
    }

    @Override
    public @Nullable String unsupportedReason(CaseSpec spec) {
        return null;
    }

    @Override
    public LibraryCase create(CaseSpec spec, CaseData data, Setup setup) {
        return spec.training()
                ? new FusedRnnTraining(spec, data, setup.threads())
                : new FusedRnnInference(spec, data, setup.threads());
    }
}
