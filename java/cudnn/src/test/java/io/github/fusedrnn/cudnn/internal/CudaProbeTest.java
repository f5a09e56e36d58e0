package io.github.fusedrnn.cudnn.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.fusedrnn.cudnn.internal.CudaProbe.Outcome;
import io.github.fusedrnn.cudnn.internal.CudaProbe.Result;
import java.util.List;
import org.junit.jupiter.api.Test;

class CudaProbeTest {
    @Test
    void namesTheDriverWhereNoFileTellsOfOne() {
        Result result = CudaProbe.probe(false, List.of("/no/such/driver"));
        assertThat(result.outcome()).isEqualTo(Outcome.DRIVER_MISSING);
        assertThat(result.availability().available()).isFalse();
        assertThat(result.availability().reason()).contains("no NVIDIA driver", "/no/such/driver");
    }

    @Test
    void namesTheLibraryThatTheLoaderMissed() {
        Result result = CudaProbe.notLoaded((UnsatisfiedLinkError) new UnsatisfiedLinkError(
                        "no jnicudnn in java.library.path")
                .initCause(new UnsatisfiedLinkError("/x/libjnicudnn.so: libcudnn_adv.so.9: cannot open shared object"
                        + " file: No such file or directory")));
        assertThat(result.outcome()).isEqualTo(Outcome.LIBRARY_MISSING);
        assertThat(result.availability().reason()).contains("libcudnn_adv.so.9");
    }

    @Test
    void saysWhatClassIsMissingWhereTheJarIs() {
        Result result = CudaProbe.notLoaded(new NoClassDefFoundError("org/bytedeco/cuda/global/cudart"));
        assertThat(result.outcome()).isEqualTo(Outcome.LIBRARY_MISSING);
        assertThat(result.availability().reason()).contains("org/bytedeco/cuda/global/cudart");
    }

    @Test
    void neverThrowsWhateverFails() {
        Result result = CudaProbe.notLoaded(new IllegalStateException("surprise"));
        assertThat(result.outcome()).isEqualTo(Outcome.FAILED);
        assertThat(result.availability().reason()).contains("surprise");
    }
}
