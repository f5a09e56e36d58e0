package io.github.fusedrnn.peers.pytorch;

import io.github.fusedrnn.peers.comparison.CaseData;
import io.github.fusedrnn.peers.comparison.CaseSpec;
import io.github.fusedrnn.peers.comparison.Library;
import io.github.fusedrnn.peers.comparison.LibraryCase;
import io.github.fusedrnn.peers.comparison.Setup;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/** PyTorch's C++ library, without Python. */
public final class PyTorchLibrary implements Library {
    @Override
    public String id() {
        return "pytorch";
    }

    @Override
    public String title() {
        return "PyTorch";
    }

    @Override
    public String version() {
        String config = torch.show_config().getString();
        return between(config, "TORCH_VERSION=", ',') + ", "
                + torch.get_cpu_capability().getString() + ", oneDNN " + between(config, "MKL-DNN v", ' ')
                + ", OpenBLAS";
    }

    private static String between(String text, String before, char after) {
        int begin = text.indexOf(before) + before.length();
        return text.substring(begin, text.indexOf(after, begin));
    }

    /**
     * The spinning thread pools of OpenMP and OpenBLAS compete for cores: with two threads each, GRU and RNN take 50 times as long. Either
     * OpenBLAS stays at one thread (best for LSTM, whose products are computed by oneDNN), or OpenMP's threads wait passively (best for the others).
     */
    @Override
    public List<Setup> setups() {
        return List.of(
                new Setup(1, "", Map.of("OMP_NUM_THREADS", "1", "OPENBLAS_NUM_THREADS", "1"), List.of()),
                new Setup(2, "openmp", Map.of("OMP_NUM_THREADS", "2", "OPENBLAS_NUM_THREADS", "1"), List.of()),
                new Setup(
                        2,
                        "openblas",
                        Map.of("OMP_NUM_THREADS", "2", "OPENBLAS_NUM_THREADS", "2", "OMP_WAIT_POLICY", "passive"),
                        List.of()));
    }

    @Override
    public List<String> jars() {
        return List.of("pytorch-", "openblas-", "javacpp-");
    }

    @Override
    public @Nullable String unsupportedReason(CaseSpec spec) {
        return null;
    }

    @Override
    public LibraryCase create(CaseSpec spec, CaseData data, Setup setup) {
        torch.set_num_threads(setup.threads());
        return spec.training() ? new PyTorchTraining(spec, data) : new PyTorchInference(spec, data);
    }
}
